"""`flask demo …`: the demo city from the command line."""

from dataclasses import asdict

import click
from flask import current_app
from flask.cli import AppGroup

from core import database
from core.cli import command_transaction, telling_problems
from core.documents.services import Desk
from core.i18n import format_number
from core.i18n import gettext as _
from core.progress import progress_bar
from core.web import database_url
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
    with telling_problems():
        # The grid is asked for by the very first migration only: on a database that has one it changes nothing.
        database.upgrade(database_url(), DEFAULT_SRID)
        with progress_bar(_("Building the demo city")) as tell, command_transaction() as session:
            made = load(session, parcels, seed, tell, desk=Desk.of(current_app.config["SETTINGS"]))
    counts = {name: format_number(count) for name, count in asdict(made).items()}
    click.echo(
        _(
            "Demo city: %(parcels)s parcels, %(streets)s streets, %(zones)s zones, %(features)s features"
            " in %(layers)s layers and %(permits)s permits.",
            **counts,
        )
    )
