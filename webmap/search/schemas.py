"""What a search found, as JSON: the public contract of /search."""

from typing import Any

from flask import url_for

from core.i18n import gettext as _
from core.i18n import language
from layers.schemas import name_of
from parcels.schemas import address_in
from parcels.search import Hit, Kind


def result_json(hit: Hit) -> dict[str, Any]:
    """One result; ``label`` and ``detail`` are in the language spoken, ``number`` is null for what is no parcel."""
    return {
        "kind": hit.kind.value,
        "label": label_of(hit),
        "detail": detail_of(hit),
        "number": hit.number,
        "lon": round(hit.lon, 7),
        "lat": round(hit.lat, 7),
        "url": url_of(hit),
    }


def label_of(hit: Hit) -> str:
    """What a result is called in the language spoken."""
    if hit.kind is Kind.PARCEL:
        return _("Parcel %(number)s", number=hit.number)
    if hit.kind is Kind.ADDRESS:
        return _address(hit)
    return name_of(hit.name_fa, hit.name_en)


def detail_of(hit: Hit) -> str:
    """What tells a result from others: a parcel's address, an address's parcel number, a facility's layer."""
    if hit.kind is Kind.PARCEL:
        return _address(hit)
    return hit.number or name_of(hit.layer_fa, hit.layer_en)


def url_of(hit: Hit) -> str:
    """The page of a result: the parcel's own, else that of the spot."""
    if hit.number is not None:
        return url_for("place.parcel", number=hit.number)
    return url_for("place.place", lon=f"{hit.lon:.6f}", lat=f"{hit.lat:.6f}")


def _address(hit: Hit) -> str:
    return address_in(language(), hit.name_fa, hit.name_en, hit.house_number, hit.address)
