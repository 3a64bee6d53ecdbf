"""What the place page says, worked out in the language spoken: one source for panel, page and print."""

import datetime as dt
from dataclasses import dataclass

from core.i18n import format_date, format_number, format_percent, language
from core.i18n import gettext as _
from core.inputs import write_day
from layers.schemas import name_of
from layers.words import isolated, join_words, land_use_name
from layers.zoning.queries import ZoneVersion
from layers.zoning.rules import sentences, why_limited
from layers.zoning.steps import steps
from parcels.land import Part
from parcels.lineage import Branch, Kin, branches_of, successors_of
from parcels.models import LineageKind
from parcels.schemas import addresses_of
from webmap.place.days import dated, left
from webmap.place.history import Period
from webmap.place.near import Near, OverlayTold, tell_domains, tell_networks, tell_overlays
from webmap.place.permits import PermitHere, is_whole, rings_of
from webmap.place.service import Place
from webmap.words import DOMAINS

_WHOLE_SHARE = 0.99


@dataclass(frozen=True)
class PartTold:
    """One zone's part of the parcel in words."""

    code: str
    group: str
    name: str
    area: str
    percent: float
    rules: list[str]
    buildable_m2: float | None
    why: str
    steps: list[str]


@dataclass(frozen=True)
class RelativeTold:
    """A parcel of the family, how and when it became another or came of it, and the next generation outwards."""

    number: str
    how: str
    area: str
    is_in_use: bool
    branches: list["RelativeTold"]


@dataclass(frozen=True)
class PeriodTold:
    """A stretch of the zoning's history: ``state`` is past, now or future, ``zones`` code, group, name and share.

    ``link`` is a day in it (ISO), empty for today's; ``is_parcel_there``: on that day this parcel has its number;
    ``is_shown``: the page shows a day of it.
    """

    state: str
    when: str
    zones: list[tuple[str, str, str, str]]
    link: str
    is_parcel_there: bool
    is_shown: bool


@dataclass(frozen=True)
class Page:
    """The place page's words. ``domains``: the seven domains with their layers' lines."""

    title: str
    day_typed: str
    address: str
    land_use: str
    parents: list[RelativeTold]
    children: list[RelativeTold]
    zone_name: str
    zone_since: str
    zone_text: str
    rules: list[str]
    parts: list[PartTold]
    sum: str
    planned: list[str]
    permits: list[tuple[str, list[PermitHere], bool]] | None
    history: list[PeriodTold]
    successors: list[str]
    overlays: list[OverlayTold]
    networks: list[Near]
    domains: list[tuple[str, str, list[Near]]]
    bare_domains: str


def page_of(place: Place) -> Page:
    """Everything a template needs beyond the place itself."""
    address = addresses_of(place.parcel)[language()] if place.parcel else ""
    zone = place.zone
    root = place.parcel.id if place.parcel else 0
    return Page(
        title=_title(place),
        day_typed=write_day(place.day),
        address=address,
        land_use=land_use_name(place.parcel.land_use) if place.parcel else "",
        parents=[_relative(each) for each in branches_of(place.kin, root, is_parent=True)],
        children=[_relative(each) for each in branches_of(place.kin, root, is_parent=False)],
        zone_name=name_of(zone.rules.name_fa, zone.rules.name_en) if zone else "",
        zone_since=_since(zone) if zone else "",
        zone_text=name_of(zone.rule_text_fa, zone.rule_text_en) if zone else "",
        rules=_rules(place),
        parts=[_part(part) for part in place.parts],
        sum=" + ".join(_("%(n)s m²", n=format_number(area_m2)) for area_m2 in place.parts_buildable_m2),
        permits=None
        if place.permits is None
        else [(_ring(m), found, is_whole(m, place.permits)) for m, found in rings_of(place.permits)],
        planned=[_planned(each, place.today) for each in place.planned],
        history=[_period(each, place) for each in place.history],
        successors=successors_of(place.kin),
        overlays=tell_overlays(place),
        networks=tell_networks(place),
        domains=_domains(place),
        bare_domains=_bare_domains(place),
    )


def _ring(outer_m: float) -> str:
    return _("Within %(n)s m", n=format_number(outer_m)) if outer_m else _("On the parcel")


def _title(place: Place) -> str:
    if place.parcel is not None:
        return _("Parcel %(number)s", number=place.parcel.number)
    return _("Point %(lat)s, %(lon)s", lat=f"{place.lat:.5f}", lon=f"{place.lon:.5f}")


def _rules(place: Place) -> list[str]:
    """The rules at the spot, with the parcel's own figures where all of it lies in this zone."""
    if place.zone is None:
        return []
    is_one = len(place.parts) == 1 and place.parts[0].zone.zone_key == place.zone.zone_key
    return sentences(place.zone.rules, place.parts[0].area_m2 if is_one else None)


def _part(part: Part) -> PartTold:
    rules = part.zone.rules
    return PartTold(
        code=rules.code,
        group=rules.look,
        name=name_of(rules.name_fa, rules.name_en),
        area=format_number(part.area_m2),
        percent=part.zone.share,
        rules=sentences(rules, part.area_m2),
        buildable_m2=part.buildable.floor_area_m2 if part.buildable else None,
        why=why_limited(part.buildable) if part.buildable else "",
        steps=steps(part.buildable, rules) if part.buildable else [],
    )


def _since(zone: ZoneVersion) -> str:
    if zone.valid_from is None:
        if zone.valid_to is None:
            return _("In force; since when is not recorded.")
        return _("In force until %(end)s; since when is not recorded.", end=format_date(zone.valid_to))
    if zone.valid_to is None:
        return _("In force since %(start)s.", start=format_date(zone.valid_from))
    return _(
        "In force since %(start)s, until %(end)s.",
        start=format_date(zone.valid_from),
        end=format_date(zone.valid_to),
    )


def _relative(branch: Branch) -> RelativeTold:
    kin = branch.kin
    return RelativeTold(
        kin.number,
        _("%(kind)s, %(day)s", kind=_kind(kin), day=format_date(kin.recorded_on)),
        format_number(kin.area_m2),
        kin.valid_to is None,
        [_relative(each) for each in branch.branches],
    )


def _kind(kin: Kin) -> str:
    kinds = {
        LineageKind.SUBDIVISION: _("by subdivision"),
        LineageKind.MERGE: _("by merging"),
        LineageKind.CORRECTION: _("by correction"),
    }
    return kinds[LineageKind(kin.kind)] if kin.kind in list(LineageKind) else kin.kind


def _period(period: Period, place: Place) -> PeriodTold:
    is_now = period.is_on(place.today)
    day = period.any_day
    return PeriodTold(
        state="now" if is_now else "future" if period.start and period.start > place.today else "past",
        when=_when(period, place.today),
        zones=[
            (
                zone.rules.code,
                zone.rules.look,
                name_of(zone.rules.name_fa, zone.rules.name_en),
                format_percent(zone.share) if zone.share < _WHOLE_SHARE else "",
            )
            for zone in period.zones
        ],
        link="" if is_now or day is None else day.isoformat(),
        is_parcel_there=place.parcel is not None and (is_now or day is None or place.parcel.is_valid_on(day)),
        is_shown=period.is_on(place.day),
    )


def _when(period: Period, today: dt.date) -> str:
    """From when until when; of what is in force now or to come also how far away its days are."""
    start, end = period.start, period.end
    if period.is_on(today):
        told = _("In force; since when is not recorded.")
        if start is not None:
            told = _("In force since %(start)s.", start=dated(start, today))
        if end is None:
            return told
        return _("%(since)s It changes on %(end)s.", since=told, end=dated(end, today))
    if start is None:
        return _("Until %(end)s", end=format_date(end or today))
    if end is None:
        return _("From %(start)s", start=dated(start, today))
    first = dated(start, today) if start > today else format_date(start)
    return _("From %(start)s until %(end)s", start=first, end=format_date(end))


def _planned(zone: ZoneVersion, today: dt.date) -> str:
    assert zone.valid_from is not None
    name = name_of(zone.rules.name_fa, zone.rules.name_en)
    days = (zone.valid_from - today).days
    when = format_date(zone.valid_from)
    if days > 0:
        when = _("%(day)s (%(left)s)", day=when, left=left(days))
    told = {"when": when, "code": isolated(zone.rules.code), "name": isolated(name)}
    if zone.share > _WHOLE_SHARE:
        return _("From %(when)s the zone becomes %(code)s %(name)s.", **told)
    return _(
        "From %(when)s the zone becomes %(code)s %(name)s on %(percent)s of the parcel.",
        percent=format_percent(zone.share),
        **told,
    )


def _domains(place: Place) -> list[tuple[str, str, list[Near]]]:
    lines = tell_domains(place.layers)
    return [
        (code, str(name), [each for each in lines if each.domain == code]) for code, name in DOMAINS.items()
    ]


def _bare_domains(place: Place) -> str:
    """The domains of which the city holds no layer of any kind."""
    held = {layer.domain for layer in place.layers}
    return join_words([str(name) for code, name in DOMAINS.items() if code not in held])
