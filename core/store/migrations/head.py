"""The version of the tables that this program works on: the newest of `versions/`, named here so that no start loads alembic."""

HEAD = "0001"
