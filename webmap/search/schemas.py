"""What a search found, as JSON: the public contract of /search."""

from typing import Any

from flask import url_for

from core.i18n import gettext as _
from core.i18n import language
from layers.schemas import name_of
from parcels.schemas import address_in
from parcels.search import Hit, Kind


def result_json(hit: Hit) -> dict[str, Any]:
    """One result; ``label`` is in the language spoken, ``number`` is null for what is no parcel."""
    return {
        "kind": hit.kind.value,
        "label": label_of(hit),
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
    name = name_of(hit.name_fa, hit.name_en)
    layer = name_of(hit.layer_fa, hit.layer_en)
    return _("%(name)s (%(layer)s)", name=name, layer=layer) if layer else name


def detail_of(hit: Hit) -> str:
    """What tells a result from others of its name: the address of a parcel, the number of an address."""
    if hit.kind is Kind.PARCEL:
        return _address(hit)
    return hit.number or ""


def url_of(hit: Hit) -> str:
    """The page of a result: the parcel's own, else that of the spot."""
    if hit.number is not None:
        return url_for("place.parcel", number=hit.number)
    return url_for("place.place", lon=f"{hit.lon:.6f}", lat=f"{hit.lat:.6f}")


def _address(hit: Hit) -> str:
    return address_in(language(), hit.name_fa, hit.name_en, hit.house_number, hit.address)
