"""`flask permits …`: what an administrator does with permits from the machine itself."""

import click
from flask.cli import AppGroup

from core.cli import FileOptions, command_transaction, file_options
from core.cli import tell as tell_account
from core.i18n import gettext as _
from core.i18n import speaking
from core.progress import progress_bar
from permits.drawing import draw
from permits.importing.columns import PermitFields
from permits.importing.services import PermitFile, import_permits
from permits.states import State

permits = AppGroup("permits", help="Permits and their workflow.")


@permits.command("diagram")
def diagram() -> None:
    """Print the workflow as a page: a diagram and a table (docs/permits-workflow.md is this)."""
    with speaking("en"):
        click.echo(draw(), nl=False)


def _pairs(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """``WORD=CODE`` options as a table."""
    pairs = [each.rpartition("=") for each in given]
    if any(not word or not code for word, _sign, code in pairs):
        raise click.BadParameter("WORD=CODE")
    return {word: code for word, _sign, code in pairs}


@permits.command("import")
@file_options
@click.option("--number-field", metavar="NAME", help="The column of the permit's number; guessed otherwise.")
@click.option("--kind-field", metavar="NAME", help="The column of the kind of permit; guessed otherwise.")
@click.option("--state-field", metavar="NAME", help="The column of the state; guessed otherwise.")
@click.option("--address-field", metavar="NAME", help="The column of the address; guessed otherwise.")
@click.option("--parcel-field", metavar="NAME", help="The column of the parcel's number; guessed otherwise.")
@click.option("--description-field", metavar="NAME", help="The column of the description; guessed otherwise.")
@click.option(
    "--applied-field", metavar="NAME", help="The column of the day of application; guessed otherwise."
)
@click.option("--issued-field", metavar="NAME", help="The column of the day of issue; guessed otherwise.")
@click.option(
    "--completed-field", metavar="NAME", help="The column of the day of completion; guessed otherwise."
)
@click.option(
    "--state", "states", metavar="WORD=STATE", multiple=True, callback=_pairs, help="What a state is here."
)
@click.option(
    "--kind", "kinds", metavar="WORD=KIND", multiple=True, callback=_pairs, help="What a kind is here."
)
def import_command(
    options: FileOptions, states: dict[str, str], kinds: dict[str, str], **columns: str | None
) -> None:
    """Bring in permits of another register: CSV (BLDS or any other), GeoJSON, GeoPackage or shapefile."""
    unknown = [code for code in states.values() if code not in list(State)]
    if unknown:
        raise click.BadParameter(", ".join(unknown), param_hint="--state")
    fields = PermitFields(
        **{name.removesuffix("_field"): column for name, column in columns.items()},
        lon=options.reading.lon_field,
        lat=options.reading.lat_field,
    )
    how = PermitFile(fields, {word: State(code) for word, code in states.items()}, kinds)
    with command_transaction(options.dry_run) as session, progress_bar(_("Reading permits")) as tell:
        account = import_permits(
            session, options.path, options.reading, how, allow_outside=options.allow_outside, tell=tell
        )
    account.is_trial = options.dry_run
    tell_account(account)
