"""What a certificate says of a place: its facts, and the sentences of the place page in every language."""

import dataclasses
import datetime as dt
import json
from typing import Any

from core.errors import NotFound
from core.i18n import LANGUAGES, format_date, format_number, format_percent, speaking
from core.i18n import gettext as _
from layers.models import PlaceRole
from layers.queries import LayerHere
from layers.schemas import name_of
from layers.words import join_words
from layers.zoning.queries import ZoneVersion
from parcels.certificates.services import law_of, overlays_of, planned_of
from parcels.land import Part
from webmap.place.page import Page, PartTold, page_of
from webmap.place.service import Place

# What is left over is slivers (layers.zoning.queries.SLIVER_SHARE), of one neighbour on each side.
_WHOLE_SHARE = 0.99


def check_certifiable(place: Place) -> None:
    """Raise NotFound, saying why, unless the city knows the rules of all of a parcel that exists on the day."""
    assert place.parcel is not None
    told = {"number": place.parcel.number, "day": format_date(place.day)}
    if not place.has_zoning:
        raise _not_certified(_("We hold no zoning data here, so there is nothing to certify."), "no_zoning")
    if not place.parts:
        raise _not_certified(
            _("Parcel %(number)s lies in no zone on %(day)s, so there is nothing to certify.", **told),
            "no_zone",
        )
    if not all(part.zone.rules.is_entered for part in place.parts):
        raise _not_certified(
            _(
                "The building rules of the zone of parcel %(number)s have not been entered yet, so they cannot be "
                "certified. Please ask the municipality.",
                **told,
            ),
            "rules_not_entered",
        )


def _not_certified(message: str, reason: str) -> NotFound:
    return NotFound(message, details={"reason": reason})


def facts_of(place: Place, outline_sha256: str, versions: dict[str, int], address: str) -> dict[str, Any]:
    """The facts a certificate rests on, free of language: two with the same facts say the same.

    ``versions``: the ids of the zone versions by zone; ``address``: where certificates of this city are verified.
    """
    parcel = place.parcel
    assert parcel is not None
    facts = {
        "on": place.day.isoformat(),
        "verified_at": address,
        "parcel": {
            "number": parcel.number,
            "address": [parcel.address, parcel.street_fa, parcel.street_en, parcel.house_number],
            "land_use": [parcel.land_use, parcel.land_use_recorded],
            "area_m2": round(parcel.area_m2, 2),
            "area_official_m2": parcel.area_official_m2,
            "outline_sha256": outline_sha256,
        },
        "law": [law_of(part.zone) for part in place.parts],
        "zone_versions": [versions[part.zone.zone_key] for part in place.parts],
        "classes": [[part.zone.rules.name_fa, part.zone.rules.name_en] for part in place.parts],
        "in_force": [[_iso(part.zone.valid_from), _iso(part.zone.valid_to)] for part in place.parts],
        "overlays": overlays_of(place.around),
        "overlay_layers": [[layer.slug, layer.state] for layer in _overlay_layers(place)],
        "planned": planned_of(place.planned, place.day),
    }
    # As the database gives it back, so that the two can be compared.
    restored: dict[str, Any] = json.loads(json.dumps(facts))
    return restored


def words_of(place: Place, versions: dict[str, int]) -> dict[str, dict[str, Any]]:
    """Everything a certificate says, in every language of the house, as it is printed and shown again."""
    told = {}
    for code in LANGUAGES:
        with speaking(code):
            told[code] = _words(place, versions)
    return told


def _words(place: Place, versions: dict[str, int]) -> dict[str, Any]:
    page = page_of(place)
    pairs = zip(place.parts, page.parts, strict=True)
    return {
        "title": page.title,
        "address": page.address,
        "parcel": _parcel_lines(place, page),
        "zones": [_zone_words(part, told, versions, place) for part, told in pairs],
        "buildable": _buildable(place),
        "overlays": _overlays(page),
        "planned": _planned(place),
        "notes": _notes(place),
    }


def _parcel_lines(place: Place, page: Page) -> list[list[str]]:
    parcel = place.parcel
    assert parcel is not None
    lines = [[_("Parcel number"), parcel.number]]
    if page.address:
        lines.append([_("Address"), page.address])
    lines.append([_("Land use"), page.land_use])
    if parcel.land_use_recorded:
        lines.append([_("Land use as the city recorded it"), parcel.land_use_recorded])
    lines.append([_("Area on the map"), _("%(n)s m²", n=format_number(parcel.area_m2, 1))])
    if parcel.area_official_m2 is not None:
        official = _("%(n)s m²", n=format_number(parcel.area_official_m2, 1))
        lines.append([_("Area in its papers"), official])
    return lines


def _zone_words(part: Part, told: PartTold, versions: dict[str, int], place: Place) -> dict[str, Any]:
    zone = part.zone
    share = ""
    if len(place.parts) > 1 or zone.share < _WHOLE_SHARE:
        share = _(
            "%(percent)s of the parcel, %(area)s m²", percent=format_percent(zone.share), area=told.area
        )
    buildable = ""
    if told.buildable_m2 is not None:
        n = format_number(told.buildable_m2)
        buildable = _("Buildable floor area of this part: %(n)s m².", n=n) if share else ""
        buildable = f"{buildable} {told.why}".strip()
    return {
        "code": told.code,
        "group": told.group,
        "name": told.name,
        "share": share,
        "in_force": _in_force(zone),
        "version": f"{told.code}/{versions[zone.zone_key]}",
        "rules": list(told.rules),
        "text": name_of(zone.rule_text_fa, zone.rule_text_en),
        "buildable": buildable,
    }


def _in_force(zone: ZoneVersion) -> str:
    since = _("not recorded") if zone.valid_from is None else format_date(zone.valid_from)
    if zone.valid_to is None:
        return since
    return _("%(start)s, until %(end)s", start=since, end=format_date(zone.valid_to))


def _buildable(place: Place) -> str:
    if place.buildable_m2 is None:
        return ""
    return _("Buildable floor area of this parcel: %(n)s m².", n=format_number(place.buildable_m2))


def _overlay_layers(place: Place) -> list[LayerHere]:
    return [layer for layer in place.layers if layer.role == PlaceRole.OVERLAY]


def _overlays(page: Page) -> list[str]:
    """What lies over the parcel, then which layers have nothing here and of which that is not known or not told."""
    told = [
        f"{layer.layer}: " + join_words([f"{name} {covers}".strip() for name, covers in layer.items]) + "."
        for layer in page.overlays
        if layer.items
    ]
    others = {
        "none": _("None here: %(layers)s."),
        "no_data": _("We hold no data here: %(layers)s."),
        "not_public": _("Not shown to the public: %(layers)s."),
    }
    for state, sentence in others.items():
        named = [layer.layer for layer in page.overlays if not layer.items and layer.state == state]
        if named:
            told.append(sentence % {"layers": join_words(named)})
    return told


def _planned(place: Place) -> list[str]:
    # "In 12 days" would be read on other days than it was written: changes are told by their date alone.
    return page_of(dataclasses.replace(place, today=dt.date.max)).planned


def _notes(place: Place) -> list[str]:
    notes = []
    covered = sum(part.zone.share for part in place.parts)
    if covered < _WHOLE_SHARE:
        rest = format_percent(1 - covered)
        notes.append(_("%(percent)s of the parcel lies in no zone of the plan.", percent=rest))
    if len(place.parts) > 1:
        notes.append(_("This parcel lies in more than one zone. Each part has its own rules."))
    return notes


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
