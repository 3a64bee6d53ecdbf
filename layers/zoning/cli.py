"""`flask zoning import`."""

import datetime as dt

import click
from flask.cli import AppGroup

from core.cli import FileOptions, command_transaction, day_option, file_options
from core.cli import tell as tell_account
from core.geofiles import open_source
from core.i18n import gettext as _
from core.progress import progress_bar
from layers.boundary import get_city, near_box
from layers.zoning.importing import ZoneFile, import_zones

zoning = AppGroup("zoning", help="Bring the zoning plan into the city.")


@zoning.command("import")
@file_options
@click.option("--code-field", metavar="NAME", help="The column of the zone class's code; guessed otherwise.")
@click.option("--name-field", metavar="NAME", help="The column of what the class is called.")
@click.option("--id-field", metavar="NAME", help="The column that a zone is known by from import to import.")
@day_option(
    "--valid-from", "From which day on it is the law; otherwise since ever, a later import from today."
)
@click.option("--keep-gone", is_flag=True, help="Keep zones in force that the file does not have.")
def import_command(
    options: FileOptions,
    code_field: str | None,
    name_field: str | None,
    id_field: str | None,
    valid_from: dt.date | None,
    keep_gone: bool,
) -> None:
    """Import one file of zones; importing again changes the plan from today on, and keeps what was before."""
    how = ZoneFile(code_field, name_field, id_field, valid_from, keep_gone)
    with command_transaction(options.dry_run) as session, progress_bar(_("Reading zones")) as tell:
        srid = get_city(session).srid
        with open_source(options.path, options.reading, srid, near=near_box(session)) as source:
            account = import_zones(session, source, how, allow_outside=options.allow_outside, tell=tell)
    account.is_trial = options.dry_run
    tell_account(account)
