"""How one parcel differs from what the city holds of it, field by field, and what it will hold after a survey."""

from collections.abc import Sequence
from typing import Any

import shapely

from parcels.surveys.columns import Said, same_number
from parcels.surveys.limits import TOLERANCES

Attributes = dict[str, Any]
"""What the city holds of a parcel besides its shape: number, address, street_id, house_number, land_use …"""

_AREA_STEP_M2 = 0.005


def is_same_shape(new: Any, old: Any) -> bool:
    """Whether two outlines are the same to the centimetre."""
    if shapely.equals_exact(new, old, 0.0):
        return True
    return bool(shapely.hausdorff_distance(new, old) <= TOLERANCES.same_m)


def fields_changed(
    said: Said, raw: dict[str, Any], old: Attributes, number: str, *, with_properties: bool
) -> list[dict[str, Any]]:
    """What the file says otherwise than the city: field, old and new. What the file does not say is no change."""
    found: list[dict[str, Any]] = []

    def note(field: str, before: Any, after: Any) -> None:
        found.append({"field": field, "old": before, "new": after})

    if said.number and not same_number(said.number, number):
        note("number", number, said.number)
    if said.address is not None and said.address != old["address"]:
        note("address", old["address"], said.address)
    if said.land_use is not None and _is_other_use(said, old):
        note("land_use", old["land_use"], said.land_use)
    if said.area_official_m2 is not None and _is_other_area(said.area_official_m2, old["area_official_m2"]):
        note("area_official_m2", old["area_official_m2"], said.area_official_m2)
    if with_properties:
        known = old.get("properties") or {}
        for name, value in raw.items():
            if value is not None and name in known and str(known[name]) != str(value):
                note(f"properties.{name}", known[name], value)
    return found


def _is_other_use(said: Said, old: Attributes) -> bool:
    if said.land_use != old["land_use"]:
        return True
    recorded = old["land_use_recorded"]
    return bool(recorded and said.land_use_recorded and recorded != said.land_use_recorded)


def _is_other_area(new: float, old: float | None) -> bool:
    return old is None or abs(new - old) > _AREA_STEP_M2


def resulting(
    said: Said, raw: dict[str, Any], parents: Sequence[Attributes], number: str, *, goes_on: Attributes | None
) -> Attributes:
    """What a parcel holds after the survey: what the file says, else what it takes over.

    A parcel that goes on keeps what the file does not speak of; one that came of others takes over what all of them
    have alike. Its registered area only the file can say.
    """
    whole = [goes_on] if goes_on is not None else list(parents)
    taken: Attributes = {"street": said.street}
    for name in ("address", "street_id", "house_number", "land_use", "land_use_recorded"):
        values = [each.get(name) for each in whole]
        taken[name] = values[0] if values and all(value == values[0] for value in values) else None
    if said.address is not None:
        taken.update(address=said.address, house_number=said.house_number, street_id=None)
    if said.land_use is not None:
        taken.update(land_use=said.land_use, land_use_recorded=said.land_use_recorded)
    kept = goes_on["area_official_m2"] if goes_on is not None and len(parents) <= 1 else None
    before = (goes_on.get("properties") or {}) if goes_on is not None else {}
    return {
        **taken,
        "number": number,
        "address": taken["address"] or "",
        "land_use": taken["land_use"] or "unknown",
        "land_use_recorded": taken["land_use_recorded"] or "",
        "area_official_m2": said.area_official_m2 if said.area_official_m2 is not None else kept,
        "properties": {**before, **{name: value for name, value in raw.items() if value is not None}},
    }
