"""A parcel as JSON, and its address as each language writes it."""

from typing import Any

from core.i18n import LANGUAGES, local_digits, speaking
from core.i18n import gettext as _
from layers.words import is_persian
from parcels.lineage import Kin, successors_of
from parcels.queries import ParcelFacts, Relative


def address_in(
    language: str, street_fa: str, street_en: str, house_number: int | None, written: str = ""
) -> str:
    """The address in one language: as the city wrote it if it did so in that language, else put together.

    The other language's street name is better than none. Empty when nothing is known.
    """
    if written and is_persian(written) == (language == "fa"):
        return written
    name = (street_fa or street_en) if language == "fa" else (street_en or street_fa)
    if not name:
        return written
    if house_number is None:
        return name
    with speaking(language):
        return _("%(house)s %(street)s", house=local_digits(str(house_number)), street=name)


def addresses_of(parcel: ParcelFacts) -> dict[str, str]:
    """The address of a parcel in every language of the house."""
    return {
        code: address_in(code, parcel.street_fa, parcel.street_en, parcel.house_number, parcel.address)
        for code in LANGUAGES
    }


def parcel_json(parcel: ParcelFacts, relatives: list[Relative]) -> dict[str, Any]:
    """One parcel: ``area_m2`` is measured on the map, ``area_official_m2`` is what its papers say."""
    return {
        "number": parcel.number,
        "address": addresses_of(parcel),
        "land_use": parcel.land_use,
        "land_use_recorded": parcel.land_use_recorded,
        "area_m2": round(parcel.area_m2, 2),
        "area_official_m2": parcel.area_official_m2,
        "valid_from": parcel.valid_from.isoformat(),
        "valid_to": parcel.valid_to.isoformat() if parcel.valid_to else None,
        "lon": round(parcel.lon, 7),
        "lat": round(parcel.lat, 7),
        "lineage": {
            "parents": [_relative_json(each) for each in relatives if each.is_parent],
            "children": [_relative_json(each) for each in relatives if not each.is_parent],
        },
    }


def _relative_json(relative: Relative) -> dict[str, str]:
    return {"number": relative.number, "kind": relative.kind, "on": relative.recorded_on.isoformat()}


def lineage_json(parcel: ParcelFacts, kin: list[Kin]) -> dict[str, Any]:
    """The family over several generations; ``of`` is the number of the one, a generation nearer, that each belongs to.

    ``successors`` are the numbers in use today of what came of the parcel.
    """
    numbers = {each.id: each.number for each in kin} | {parcel.id: parcel.number}
    return {
        "ancestors": [_kin_json(each, numbers) for each in kin if each.is_parent],
        "descendants": [_kin_json(each, numbers) for each in kin if not each.is_parent],
        "successors": successors_of(kin),
    }


def _kin_json(kin: Kin, numbers: dict[int, str]) -> dict[str, Any]:
    return {
        "number": kin.number,
        "kind": kin.kind,
        "on": kin.recorded_on.isoformat(),
        "generation": kin.generation,
        "of": numbers.get(kin.of_id),
        "area_m2": round(kin.area_m2, 2),
        "valid_from": kin.valid_from.isoformat(),
        "valid_to": kin.valid_to.isoformat() if kin.valid_to else None,
    }


def feature_json(parcel: ParcelFacts, relatives: list[Relative], geometry: Any) -> dict[str, Any]:
    """One parcel as a GeoJSON feature (RFC 7946); ``geometry`` in WGS 84."""
    return {
        "type": "Feature",
        "id": parcel.number,
        "geometry": geometry,
        "properties": parcel_json(parcel, relatives),
    }
