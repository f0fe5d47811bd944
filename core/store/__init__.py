"""The only place with SQL: rows, the database, snapshots, journal, migrations."""
