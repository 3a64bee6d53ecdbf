"""What the keep page and the map's popover offer: scales, papers, formats, and the files of a place."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from babel.support import LazyProxy
from sqlalchemy.orm import Session

from core.geofiles.writing import FORMATS
from core.i18n import LANGUAGES, lazy_gettext
from core.i18n import gettext as _
from layers.export import MOST, list_shown_layers
from layers.schemas import name_of
from webmap.keep.downloads import PARCELS, ZONING
from webmap.keep.questions import ORIENTATIONS, PAPERS, SCALES, USUAL_SCALE, scale_words

_PAPER_NAMES: dict[str, LazyProxy] = {"a4": lazy_gettext("A4"), "a3": lazy_gettext("A3")}
_ORIENTATION_NAMES = {"portrait": lazy_gettext("Portrait"), "landscape": lazy_gettext("Landscape")}
_FORMAT_NAMES = {
    "geojson": lazy_gettext("GeoJSON"),
    "csv": lazy_gettext("CSV"),
    "gpkg": lazy_gettext("GeoPackage"),
    "shp.zip": lazy_gettext("Shapefile"),
}


@dataclass(frozen=True)
class Files:
    """One line of the table of files: ``links`` by extension."""

    title: str
    links: dict[str, str]


def choices(*, has_outline: bool = True) -> dict[str, Any]:
    """The options of the print form and the formats of files, each a value and its words, as plain JSON.

    A spot has no outline that a scale could be chosen to fit.
    """
    fitting = [("", _("To fit the parcel"))] if has_outline else []
    return {
        "scales": [*fitting, *((str(each), scale_words(each)) for each in SCALES)],
        "scale": "" if has_outline else str(USUAL_SCALE),
        "papers": [(each, str(_PAPER_NAMES[each])) for each in PAPERS],
        "orientations": [(each, str(_ORIENTATION_NAMES[each])) for each in ORIENTATIONS],
        "languages": list(LANGUAGES.items()),
        "formats": [(each, str(_FORMAT_NAMES[each])) for each in FORMATS],
        "most": MOST,
    }


def list_files(
    session: Session, number: str, box: tuple[float, float, float, float], day: str, *, staff: bool = False
) -> list[Files]:
    """The parcel itself, then everything that the city holds, around a place: a box in degrees."""
    here = {"bbox": ",".join(f"{each:.6f}" for each in box)} | ({"on": day} if day else {})
    alone = {"parcels": number} | ({"on": day} if day else {})
    one = [_files(_("This parcel"), PARCELS, alone)] if number else []
    plan = [_files(_("Parcels"), PARCELS, here), _files(_("Zoning"), ZONING, here)]
    layers = [
        _files(name_of(layer.name_fa, layer.name_en) or layer.slug, layer.slug, {"bbox": here["bbox"]})
        for layer in list_shown_layers(session, staff=staff)
    ]
    return [*one, *plan, *layers]


def _files(title: str, source: str, query: dict[str, str]) -> Files:
    return Files(title, {each: f"/download/{source}.{each}?{urlencode(query)}" for each in FORMATS})
