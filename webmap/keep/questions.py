"""What somebody wants to keep: read from a query string, each slip refused with its field named."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import BadInput, Unprocessable
from core.i18n import LANGUAGES, format_number, language
from core.i18n import gettext as _
from core.inputs import read_day, read_lon_lat, read_words
from core.text import latin_digits
from layers.words import join_words

SCALES = (500, 1_000, 2_000, 2_500, 5_000, 10_000)
USUAL_SCALE = 1_000
PAPERS = {"a4": (210.0, 297.0), "a3": (297.0, 420.0)}
ORIENTATIONS = ("portrait", "landscape")
LONGEST_NUMBER = 100
_MOST_LAYERS = 60


@dataclass(frozen=True)
class Wanted:
    """A parcel by its number or a spot (degrees), the day (None: today) and the layers to show (their slugs)."""

    number: str
    lon: float | None
    lat: float | None
    day: dt.date | None
    shown: tuple[str, ...]


@dataclass(frozen=True)
class SheetWanted:
    """A printed sheet. ``scale`` is its denominator, None for the largest that holds the parcel."""

    wanted: Wanted
    scale: int | None
    paper: str
    orientation: str
    language: str

    @property
    def size_mm(self) -> tuple[float, float]:
        """The paper's width and height."""
        short, long = PAPERS[self.paper]
        return (short, long) if self.orientation == "portrait" else (long, short)


def read_wanted(args: Mapping[str, str]) -> Wanted:
    """The place: ``parcel=`` a number, ``at=lon,lat``, or the map's ``lon=&lat=``; ``on=`` a day, ``layers=`` slugs.

    Raises BadInput when no place is named at all, and as core.inputs does.
    """
    number = read_words(args.get("parcel"), "parcel", LONGEST_NUMBER)
    lon: float | None = None
    lat: float | None = None
    if not number:
        at = (args.get("at") or "").split(",")
        pair = (at[0], at[1]) if len(at) == 2 else (args.get("lon"), args.get("lat"))
        lon, lat = read_lon_lat(*pair)
    return Wanted(number, lon, lat, read_day(args.get("on")), _read_layers(args.get("layers")))


def read_sheet(args: Mapping[str, str]) -> SheetWanted:
    """A sheet: a place as :func:`read_wanted`, ``scale=``, ``paper=``, ``orientation=`` and ``language=``."""
    return SheetWanted(
        wanted=read_wanted(args),
        scale=_read_scale(args.get("scale")),
        paper=_one_of(args.get("paper"), "paper", tuple(PAPERS), "a4"),
        orientation=_one_of(args.get("orientation"), "orientation", ORIENTATIONS, "portrait"),
        language=_one_of(args.get("language"), "language", tuple(LANGUAGES), language()),
    )


def _read_layers(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ("land_use",)
    slugs = tuple(dict.fromkeys(slug for slug in read_words(text, "layers", 2_000).split(",") if slug))
    if len(slugs) > _MOST_LAYERS:
        raise BadInput(
            _("Please choose no more than %(n)s layers.", n=format_number(_MOST_LAYERS)), field="layers"
        )
    return slugs


def _read_scale(text: str | None) -> int | None:
    if not text:
        return None
    digits = latin_digits(text).strip().removeprefix("1:").replace(",", "").replace("٬", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise BadInput(_("A scale is a number, such as 1000 for 1:1000."), field="scale")
    if int(digits) not in SCALES:
        told = join_words([scale_words(each) for each in SCALES])
        raise Unprocessable(_("Sheets are drawn at these scales: %(scales)s.", scales=told), field="scale")
    return int(digits)


def scale_words(scale: int) -> str:
    """A scale as a sheet says it: 1:1,000 or «۱:۱٬۰۰۰»."""
    return format_number(1) + ":" + format_number(scale)


def _one_of(text: str | None, field: str, known: tuple[str, ...], usual: str) -> str:
    if not text:
        return usual
    if text not in known:
        raise BadInput(_("Please choose one of: %(known)s.", known=", ".join(known)), field=field)
    return text
