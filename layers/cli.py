"""`flask city init` and `flask layers import`."""

from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from core.cli import FileOptions, command_transaction, file_options, telling_problems
from core.cli import tell as tell_account
from core.geofiles import ReadOptions, open_source
from core.grids import check_metric
from core.i18n import gettext as _
from core.importing import read_epsg
from core.progress import progress_bar
from core.web import database_url
from layers.boundary import get_city, near_box
from layers.city import make_city, prepare_database, read_boundary
from layers.importing import LayerFile, import_layer
from layers.models import Domain, GeometryKind, PlaceRole, Visibility
from layers.services import LayerWish

city = AppGroup("city", help="Make the city that this data folder holds.")
layers = AppGroup("layers", help="Bring layers onto the map.")

NO_ROLE = "none"


@city.command("init")
@click.option("--srid", required=True, metavar="N", help="EPSG code of the city's grid; it must be metric.")
@click.option("--name-fa", default="", help="The city's name in Persian.")
@click.option("--name-en", default="", help="The city's name in English.")
@click.option("--boundary", type=click.Path(path_type=Path), help="A file with the city's area.")
@click.option("--crs", metavar="EPSG:N", help="The boundary's coordinate system, over what its file says.")
@click.option("--member", metavar="NAME", help="Which layer of the boundary's archive.")
def init(
    srid: str, name_fa: str, name_en: str, boundary: Path | None, crs: str | None, member: str | None
) -> None:
    """Make an empty city on any metric grid."""
    with telling_problems():
        number = read_epsg(srid, "--srid")
        grid = check_metric(number)
        options = ReadOptions(member=member, crs=read_epsg(crs) if crs else None)
        shape = read_boundary(boundary, options, number) if boundary else None
        prepare_database(database_url(), number)
        with command_transaction() as session:
            make_city(session, number, name_fa, name_en, shape)
    named = {"name": name_en or name_fa, "srid": number, "grid": grid.name}
    if named["name"]:
        click.echo(_("%(name)s is made, in EPSG:%(srid)s (%(grid)s).", **named))
    else:
        click.echo(_("The city is made, in EPSG:%(srid)s (%(grid)s).", **named))
    if shape is None:
        click.echo(_("It has no boundary yet: that will be the hull of the first parcels imported."))


@layers.command("import")
@file_options
@click.option(
    "--layer", "slug", required=True, metavar="SLUG", help="The layer's short name: a-z, 0-9, _ and -."
)
@click.option("--domain", required=True, metavar="DOMAIN", help="One of: " + ", ".join(Domain) + ".")
@click.option("--name-field", metavar="NAME", help="The column that names a feature; guessed otherwise.")
@click.option("--kind-field", metavar="NAME", help="The column that says what kind a feature is.")
@click.option(
    "--id-field", metavar="NAME", help="The column that a feature is known by from import to import."
)
@click.option("--name-fa", help="What the layer is called in Persian.")
@click.option("--name-en", help="What the layer is called in English.")
@click.option("--base", metavar="ROLE", help="Part of the base map: street, water, green, district or none.")
@click.option(
    "--role",
    type=click.Choice([each.value for each in PlaceRole]),
    help="What it is for a place; of lines they are taken to be networks, of all else facilities.",
)
@click.option(
    "--visibility",
    type=click.Choice([each.value for each in Visibility]),
    help="Who sees it: by default everyone.",
)
@click.option(
    "--geometry",
    type=click.Choice([each.value for each in GeometryKind]),
    help="Of a file that mixes them, take these.",
)
@click.option("--covers-city", is_flag=True, help="Where it shows nothing in the city, there is nothing.")
@click.option("--keep-gone", is_flag=True, help="Keep features that are no longer in the file.")
@click.option("--source", help="Where the data come from.")
@click.option("--licence", help="Under which licence they may be used.")
def import_command(
    options: FileOptions,
    slug: str,
    domain: str,
    name_fa: str | None,
    name_en: str | None,
    base: str | None,
    source: str | None,
    licence: str | None,
    role: str | None,
    visibility: str | None,
    **how: Any,
) -> None:
    """Import one file as a layer; importing again brings the layer up to date."""
    is_plain = base == NO_ROLE
    base = None if is_plain else base
    wish = LayerWish(slug, domain, name_fa, name_en, base, is_plain, source, licence, role, visibility)
    with command_transaction(options.dry_run) as session, progress_bar(slug) as tell:
        srid = get_city(session).srid
        with open_source(options.path, options.reading, srid, near=near_box(session)) as opened:
            account = import_layer(
                session, opened, wish, LayerFile(**how), allow_outside=options.allow_outside, tell=tell
            )
    account.is_trial = options.dry_run
    tell_account(account)
