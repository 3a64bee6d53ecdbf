"""`flask demo …`: the demo city from the command line."""

import sys

import click
from flask import current_app
from flask.cli import AppGroup
from rich.progress import Progress
from sqlalchemy import inspect

from core import database
from core.errors import AppError
from core.web import db
from webmap.demo.load import DEFAULT_PARCELS, DEFAULT_SEED, DEFAULT_SRID, load

demo = AppGroup("demo", help="A city made from a seed, to look at and to measure with.")


@demo.command("load")
@click.option(
    "--parcels", type=int, default=DEFAULT_PARCELS, show_default=True, help="How many parcels it has."
)
@click.option(
    "--seed", type=int, default=DEFAULT_SEED, show_default=True, help="Another seed is another city."
)
def load_command(parcels: int, seed: int) -> None:
    """Load the demo city into an empty database: the whole city, or nothing."""
    if not inspect(db.engine).has_table("city"):
        database.upgrade(current_app.config["SQLALCHEMY_ENGINES"]["default"]["url"], DEFAULT_SRID)
    try:
        with Progress(transient=True) as bar:
            task = bar.add_task("demo city", total=parcels)
            with database.transaction(db.engine) as session:
                made = load(session, parcels, seed, lambda done, _total: bar.update(task, completed=done))
    except AppError as error:
        click.echo(error.message, err=True)
        sys.exit(2)
    click.echo(
        f"{made.parcels:,} parcels, {made.streets:,} streets, {made.zones:,} zones, "
        f"{made.features:,} features in {made.layers} layers"
    )
