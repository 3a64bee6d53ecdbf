"""`flask parcels import`."""

import datetime as dt

import click
from flask.cli import AppGroup

from core.cli import FileOptions, command_transaction, day_option, file_options
from core.cli import tell as tell_account
from core.geofiles import open_source
from core.i18n import gettext as _
from core.progress import progress_bar
from layers.boundary import get_city, near_box
from parcels.columns import ParcelFields
from parcels.importing import ParcelFile, import_parcels

parcels = AppGroup("parcels", help="Bring parcels into the city.")


@parcels.command("import")
@file_options
@click.option("--number-field", metavar="NAME", help="The column of the parcel's number; guessed otherwise.")
@click.option("--address-field", metavar="NAME", help="The column of the address; guessed otherwise.")
@click.option("--land-use-field", metavar="NAME", help="The column of the land use; guessed otherwise.")
@click.option("--area-field", metavar="NAME", help="The column of the official area, in square metres.")
@day_option("--valid-from", "From which day on the parcels are so; otherwise today.")
@click.option("--close-gone", is_flag=True, help="End the parcels that the file does not have.")
def import_command(
    options: FileOptions,
    number_field: str | None,
    address_field: str | None,
    land_use_field: str | None,
    area_field: str | None,
    valid_from: dt.date | None,
    close_gone: bool,
) -> None:
    """Import one file of parcels; importing again brings them up to date by number."""
    fields = ParcelFields(number_field, address_field, land_use_field, area_field)
    how = ParcelFile(fields, valid_from, close_gone)
    with (
        command_transaction(options.dry_run) as session,
        progress_bar(_("Reading parcels")) as tell,
        progress_bar(_("Drawing the city from afar")) as tell_drawing,
    ):
        srid = get_city(session).srid
        with open_source(options.path, options.reading, srid, near=near_box(session)) as source:
            account = import_parcels(
                session,
                source,
                how,
                allow_outside=options.allow_outside,
                tell=tell,
                tell_drawing=tell_drawing,
            )
    account.is_trial = options.dry_run
    tell_account(account)
