"""Runs the migrations on one connection, in one transaction, never waiting long for a lock."""

from alembic import context
from sqlalchemy import Connection, create_engine, text

config = context.config
options = context.get_x_argument(as_dictionary=True)


def run(connection: Connection) -> None:
    """Bring the database of this connection to the wanted revision."""
    # A migration that waits behind a long query makes everyone wait behind it: better to fail and be run again.
    connection.execute(text("SET LOCAL lock_timeout = '10s'"))
    context.configure(
        connection=connection,
        target_metadata=config.attributes.get("metadata"),
        include_name=config.attributes.get("include_name"),
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


given = config.attributes.get("connection")
if given is not None:
    run(given)
else:
    config.attributes["srid"] = int(options.get("srid", "0")) or None
    with create_engine(options["url"]).begin() as opened:
        run(opened)
