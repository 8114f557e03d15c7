"""Runs the migrations on the connection that ``scrapbook.store.schema`` hands over."""

from alembic import context

from scrapbook.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite could do without, but then a failed migration would leave half of its tables behind.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
