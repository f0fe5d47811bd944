"""What alembic runs for each command: the migrations, in the transaction that the caller has begun."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
