"""The city's data as files: which source, which ground, which day, which grid, under which name."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import shapely
from sqlalchemy.orm import Session

from core.errors import BadInput, NotFound, Unprocessable
from core.geofiles.tables import Table
from core.geofiles.writing import FORMATS, WGS84
from core.i18n import format_number, gettext, language
from core.i18n import gettext as _
from core.inputs import read_box, read_day, read_words
from core.local_time import get_today
from core.text import latin_digits
from layers import export as layers_export
from layers.area import get_srid, ground_of
from layers.zoning import export as zoning_export
from parcels import export as parcels_export

PARCELS, ZONING = "parcels", "zoning"
MOST_NUMBERS = 1_000
_LONGEST_NUMBERS = 40_000
# Nowhere: what a box far from the city is as ground of it.
_NOWHERE = shapely.Polygon()


@dataclass(frozen=True)
class Download:
    """A file asked for. ``box`` in degrees (None: the whole city); ``numbers`` of parcels, which go before it."""

    source: str
    extension: str
    box: tuple[float, float, float, float] | None
    numbers: tuple[str, ...]
    day: dt.date
    srid: int
    crs: int
    staff: bool = False


def read_download(
    session: Session, source: str, extension: str, args: Mapping[str, str], *, staff: bool = False
) -> Download:
    """A download: ``bbox=`` or ``parcels=``, ``on=`` and ``crs=``; each slip is refused with its field named."""
    if extension not in FORMATS:
        raise NotFound(
            _("Files are given as: %(formats)s.", formats=", ".join(FORMATS)),
            details={"formats": list(FORMATS)},
        )
    srid = get_srid(session)
    return Download(
        source=source,
        extension=extension,
        box=read_box(args.get("bbox")),
        numbers=_read_numbers(args.get("parcels"), source),
        day=read_day(args.get("on")) or get_today(session),
        srid=srid,
        crs=_read_crs(args.get("crs"), extension, srid),
        staff=staff,
    )


def _read_numbers(text: str | None, source: str) -> tuple[str, ...]:
    typed = read_words(text, "parcels", _LONGEST_NUMBERS)
    numbers = tuple(
        dict.fromkeys(each.strip() for each in typed.replace("،", ",").split(",") if each.strip())
    )
    if numbers and source != PARCELS:
        raise Unprocessable(
            _("Only parcels can be chosen by their numbers; choose others by bbox."), field="parcels"
        )
    if len(numbers) > MOST_NUMBERS:
        raise BadInput(
            _("Please name no more than %(n)s parcels.", n=format_number(MOST_NUMBERS)), field="parcels"
        )
    return numbers


def _read_crs(text: str | None, extension: str, srid: int) -> int:
    """The grid of the file: the city's own unless degrees are asked for, where the format leaves a choice."""
    only_degrees = FORMATS[extension].only_degrees
    if not text:
        return WGS84 if only_degrees else srid
    typed = latin_digits(text).strip().upper().removeprefix("EPSG:")
    known = {str(WGS84): WGS84} | ({} if only_degrees else {str(srid): srid})
    if typed not in known:
        told = ", ".join(f"EPSG:{each}" for each in known)
        raise Unprocessable(_("This file is given in: %(systems)s.", systems=told), field="crs")
    return known[typed]


def get_table(session: Session, asked: Download) -> Table:
    """What is to be in the file. Raises NotFound for a source that there is not, TooLarge for too much at once."""
    ground = _ground(asked)
    if asked.source == PARCELS and asked.numbers:
        return parcels_export.get_table_of(session, asked.numbers, asked.day, asked.crs)
    if asked.source == PARCELS:
        return parcels_export.get_table(session, ground, asked.srid, asked.day, asked.crs)
    if asked.source == ZONING:
        return zoning_export.get_table(session, ground, asked.srid, asked.day, asked.crs)
    layer = layers_export.find_shown_layer(session, asked.source, staff=asked.staff)
    if layer is None:
        raise NotFound(_("This city has no layer of that name."), field="source")
    return layers_export.get_table(session, layer, ground, asked.srid, asked.crs)


def _ground(asked: Download) -> Any:
    if asked.box is None:
        return None
    ground = ground_of(asked.box, asked.srid)
    return _NOWHERE if ground is None else ground


def file_name(session: Session, asked: Download) -> str:
    """The header that names the file: in plain letters for old programs, in the reader's own script for all others.

    RFC 6266 with RFC 5987.
    """
    plain = f"{asked.source}-{asked.day.isoformat()}.{asked.extension}"
    title = _title(session, asked).replace("/", "-")
    own = f"{title} {asked.day.isoformat()}.{asked.extension}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(own, safe='')}"


def _title(session: Session, asked: Download) -> str:
    source = asked.source
    if source == PARCELS:
        return gettext("Parcels")
    if source == ZONING:
        return gettext("Zoning")
    layer = layers_export.find_shown_layer(session, source, staff=asked.staff)
    assert layer is not None
    return (layer.name_fa or layer.name_en) if language() == "fa" else (layer.name_en or layer.name_fa)
