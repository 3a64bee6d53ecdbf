"""`flask db …`: the database's own commands."""

import click
from flask.cli import AppGroup

from core import database
from core.web import database_url

db_commands = AppGroup("db", help="Bring the database up to date.")


@db_commands.command("upgrade")
@click.option("--srid", type=int, help="The city's grid; only the very first migration asks for it.")
def upgrade(srid: int | None) -> None:
    """Run the migrations that this database has not seen."""
    database.upgrade(database_url(), srid)
    click.echo("database is up to date")
