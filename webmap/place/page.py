"""What the place page says, worked out in the language spoken: one source for panel, page and print."""

import datetime as dt
from dataclasses import dataclass

from core.i18n import format_date, format_number, format_percent, language, ngettext
from core.i18n import gettext as _
from core.inputs import write_day
from layers.models import GeometryKind
from layers.queries import LayerHere, Nearest
from layers.schemas import name_of
from layers.words import direction_name, isolated, join_words, land_use_name
from layers.zoning.queries import ZoneVersion
from layers.zoning.rules import sentences, why_limited
from parcels.models import LineageKind
from parcels.queries import Relative
from parcels.schemas import addresses_of
from webmap.place.service import Part, Place
from webmap.words import DOMAINS

_WALK_M_PER_MIN = 80
_WHOLE_SHARE = 0.99
_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Near:
    """One layer's line in the list of what is near: ``state`` is here, none or no_data."""

    layer: str
    slug: str
    state: str
    name: str
    way: str
    lon: float | None
    lat: float | None


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


@dataclass(frozen=True)
class RelativeTold:
    """A parcel that this one came of or became, and how and when."""

    number: str
    how: str


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
    planned: list[str]
    domains: list[tuple[str, str, list[Near]]]
    bare_domains: str


def page_of(place: Place) -> Page:
    """Everything a template needs beyond the place itself."""
    address = addresses_of(place.parcel)[language()] if place.parcel else ""
    zone = place.zone
    domains = _domains(place.layers)
    return Page(
        title=_title(place),
        day_typed=write_day(place.day),
        address=address,
        land_use=land_use_name(place.parcel.land_use) if place.parcel else "",
        parents=[_relative(each) for each in place.relatives if each.is_parent],
        children=[_relative(each) for each in place.relatives if not each.is_parent],
        zone_name=name_of(zone.rules.name_fa, zone.rules.name_en) if zone else "",
        zone_since=_since(zone) if zone else "",
        zone_text=name_of(zone.rule_text_fa, zone.rule_text_en) if zone else "",
        rules=_rules(place),
        parts=[_part(part) for part in place.parts],
        planned=[_planned(each, place.today) for each in place.planned],
        domains=domains,
        bare_domains=join_words([name for _code, name, lines in domains if not lines]),
    )


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
        group=rules.group,
        name=name_of(rules.name_fa, rules.name_en),
        area=format_number(part.area_m2),
        percent=part.zone.share,
        rules=sentences(rules, part.area_m2),
        buildable_m2=part.buildable.floor_area_m2 if part.buildable else None,
        why=why_limited(part.buildable) if part.buildable else "",
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


def _relative(relative: Relative) -> RelativeTold:
    kinds = {
        LineageKind.SUBDIVISION: _("by subdivision"),
        LineageKind.MERGE: _("by merging"),
        LineageKind.CORRECTION: _("by correction"),
    }
    kind = kinds[LineageKind(relative.kind)] if relative.kind in list(LineageKind) else relative.kind
    return RelativeTold(
        relative.number, _("%(kind)s, %(day)s", kind=kind, day=format_date(relative.recorded_on))
    )


def _planned(zone: ZoneVersion, today: dt.date) -> str:
    assert zone.valid_from is not None
    name = name_of(zone.rules.name_fa, zone.rules.name_en)
    days = (zone.valid_from - today).days
    when = format_date(zone.valid_from)
    if days > 0:
        when = _("%(day)s (%(left)s)", day=when, left=_left(days))
    told = {"when": when, "code": isolated(zone.rules.code), "name": isolated(name)}
    if zone.share > _WHOLE_SHARE:
        return _("From %(when)s the zone becomes %(code)s %(name)s.", **told)
    return _(
        "From %(when)s the zone becomes %(code)s %(name)s on %(percent)s of the parcel.",
        percent=format_percent(zone.share),
        **told,
    )


def _left(days: int) -> str:
    """How far away a day is: in years once days say nothing to anybody."""
    if days > 2 * _DAYS_PER_YEAR:
        years = round(days / _DAYS_PER_YEAR)
        return ngettext("in %(n)s year", "in %(n)s years", years)
    return ngettext("in %(n)s day", "in %(n)s days", days)


def _domains(layers: list[LayerHere]) -> list[tuple[str, str, list[Near]]]:
    return [
        (code, str(name), [_near(layer) for layer in layers if layer.domain == code])
        for code, name in DOMAINS.items()
    ]


def _near(layer: LayerHere) -> Near:
    near = layer.nearest
    title = name_of(layer.name_fa, layer.name_en) or layer.slug
    state = ("here" if near else "none") if layer.is_covered else "no_data"
    return Near(
        title,
        layer.slug,
        state,
        name_of(near.name_fa, near.name_en) if near else "",
        _way(near, is_line=layer.geometry_kind == GeometryKind.LINE) if near else "",
        near.lon if near else None,
        near.lat if near else None,
    )


def _way(near: Nearest, *, is_line: bool) -> str:
    """How far and which way, and how long on foot as the crow flies (nobody walks to a pipe)."""
    if near.bearing is None or near.distance_m < 1:
        return _("right here")
    if is_line:
        direction = direction_name(near.bearing)
        return _(
            "%(distance)s to the %(direction)s", distance=_distance(near.distance_m), direction=direction
        )
    minutes = max(1, round(near.distance_m / _WALK_M_PER_MIN))
    walk = ngettext("about %(n)s minute on foot", "about %(n)s minutes on foot", minutes)
    return _(
        "%(distance)s to the %(direction)s, %(walk)s",
        distance=_distance(near.distance_m),
        direction=direction_name(near.bearing),
        walk=walk,
    )


def _distance(distance_m: float) -> str:
    if distance_m < 1000:
        return _("%(n)s m", n=format_number(distance_m))
    return _("%(n)s km", n=format_number(distance_m / 1000, 1))
