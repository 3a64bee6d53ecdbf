"""The list of what is shown in words: each thing, where it lies, and the window in one sentence."""

from dataclasses import dataclass
from itertools import groupby

from flask import url_for

from core.i18n import format_number, language, ngettext
from core.i18n import gettext as _
from layers.in_view import FeatureSeen, Seen
from layers.schemas import name_of
from layers.words import direction_name, isolated, join_words, land_use_name
from layers.zoning.in_view import ZoneSeen
from parcels.in_view import ParcelSeen, Step
from parcels.schemas import address_in
from webmap.listing.service import PARCELS, ZONES, Group, Listing, Thing

_BESIDE_M = 0.5


@dataclass(frozen=True)
class Line:
    """One thing of the list. ``number`` only of a parcel, ``zone_look`` only of a zone."""

    title: str
    detail: str
    way: str
    url: str
    lon: float
    lat: float
    number: str = ""
    chip: str = ""
    zone_look: str = ""


@dataclass(frozen=True)
class StepTold:
    """One way on from a place. ``key`` is the direction's own name where the way is straight, else empty."""

    key: str
    direction: str
    number: str
    address: str
    way: str
    lon: float
    lat: float


_KEYS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


def group_name(group: Group) -> str:
    """What a group of the list is called."""
    if group.layer is not None:
        return name_of(group.layer.name_fa, group.layer.name_en) or group.layer.slug
    return _("Zones") if group.key == ZONES else _("Parcels")


def origin_name(listing: Listing) -> str:
    """What the ways are told from, within a sentence."""
    parcel = listing.view.parcel
    if parcel is not None:
        return _("parcel %(number)s", number=isolated(parcel.number))
    return _("the chosen spot") if listing.view.is_spot_given else _("the middle of the view")


def summary(listing: Listing) -> str:
    """The whole window in one sentence, for a voice to say."""
    if listing.view.window is None:
        return _("The view lies outside the city.")
    if not listing.groups:
        told = _("Nothing of what is shown lies in view")
    else:
        counts = join_words([_counted(group) for group in _most_first(listing.groups)])
        told = _("In view: %(counts)s", counts=counts)
    street = name_of(*listing.street) if listing.street else ""
    return _("%(told)s. Centre: %(street)s.", told=told, street=street) if street else f"{told}."


def _most_first(groups: list[Group]) -> list[Group]:
    """Parcels and zones are what one listens for; then the layers as they lie."""
    first = {PARCELS: 0, ZONES: 1}
    return sorted(groups, key=lambda group: first.get(group.key, 2))


def _counted(group: Group) -> str:
    number = format_number(group.count)
    if group.is_more:
        return _("more than %(n)s %(things)s", n=number, things=group_name(group).lower())
    if group.key == PARCELS:
        return ngettext("%(n)s parcel", "%(n)s parcels", group.count)
    if group.key == ZONES:
        return ngettext("%(n)s zone", "%(n)s zones", group.count)
    return _("%(things)s: %(n)s", n=number, things=group_name(group))


def lines_by_group(listing: Listing) -> list[tuple[Group, str, list[Line]]]:
    """The page's lines under the names of their groups."""
    return [
        (group, group_name(group), [_line(listing, group, thing) for _group, thing in of])
        for group, of in groupby(listing.things, key=lambda pair: pair[0])
    ]


def _line(listing: Listing, group: Group, thing: Thing) -> Line:
    on = listing.view.day.isoformat() if listing.view.day != listing.view.today else None
    seen, way = thing.seen, _way(listing, thing)
    if isinstance(thing, ParcelSeen):
        detail = join_words([each for each in (_address(thing), land_use_name(thing.land_use)) if each])
        url = url_for("place.parcel", number=thing.number, on=on)
        return Line(thing.number, detail, way, url, seen.lon, seen.lat, number=thing.number)
    if isinstance(thing, ZoneSeen):
        url = url_for("zoning.classes", _anchor=f"class-{thing.code.replace(' ', '_')}")
        name = name_of(thing.name_fa, thing.name_en)
        return Line(name, "", way, url, seen.lon, seen.lat, chip=thing.code, zone_look=thing.look)
    url = url_for("place.place", lon=f"{seen.lon:.6f}", lat=f"{seen.lat:.6f}", on=on)
    return Line(_name(group, thing), "", way, url, seen.lon, seen.lat)


def _name(group: Group, thing: FeatureSeen) -> str:
    return name_of(thing.name_fa, thing.name_en) or _("%(layer)s, without a name", layer=group_name(group))


def _address(of: ParcelSeen | Step) -> str:
    return address_in(language(), of.street_fa, of.street_en, of.house_number, of.address)


def _way(listing: Listing, thing: Thing) -> str:
    """Where a thing lies, told from the origin: here, beside it, or so far to the north of it."""
    parcel = listing.view.parcel
    if parcel is not None and isinstance(thing, ParcelSeen) and thing.number == parcel.number:
        return _("the chosen parcel")
    if thing.seen.bearing is None:
        return _("right here")
    if parcel is not None and thing.seen.distance_m < _BESIDE_M:
        return _("beside it, to the %(direction)s", direction=direction_name(thing.seen.bearing))
    return way_of(thing.seen)


def way_of(seen: Seen) -> str:
    """So far, and which way."""
    if seen.bearing is None:
        return _("right here")
    return _(
        "%(distance)s to the %(direction)s",
        distance=distance(seen.distance_m),
        direction=direction_name(seen.bearing),
    )


def distance(distance_m: float) -> str:
    """A distance with its unit."""
    if distance_m < 1000:
        return _("%(n)s m", n=format_number(max(1, distance_m)))
    return _("%(n)s km", n=format_number(distance_m / 1000, 1))


def step_told(step: Step) -> StepTold:
    """One way on from a place, in words."""
    direction = direction_name(step.bearing)
    return StepTold(
        key=_KEYS[round(step.bearing / 45) % 8] if step.is_straight else "",
        direction=direction[:1].upper() + direction[1:],
        number=step.number,
        address=_address(step),
        way=_gap(step),
        lon=step.lon,
        lat=step.lat,
    )


def _gap(step: Step) -> str:
    street = name_of(step.across_fa, step.across_en)
    if step.gap_m < _BESIDE_M:
        return _("beside it")
    if street:
        return _(
            "%(distance)s off, across %(street)s", distance=distance(step.gap_m), street=isolated(street)
        )
    return _("%(distance)s off", distance=distance(step.gap_m))
