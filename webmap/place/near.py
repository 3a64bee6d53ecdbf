"""What lies over a place, passes by it and is near it, in words: for each layer here, none, no data or not public."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.i18n import format_number, format_percent, ngettext
from core.i18n import gettext as _
from layers.around import PASSING_M, Over
from layers.models import GeometryKind, PlaceRole
from layers.queries import LayerHere, Nearest
from layers.schemas import name_of, share_of, walking_min
from layers.words import direction_name, kind_name
from webmap.place.service import NEAR_M, Place

_WHOLE_SHARE = 0.995


@dataclass(frozen=True)
class Near:
    """One layer's line: ``state`` is here, none, no_data or not_public; ``none`` the sentence for the second.

    ``way`` says how far and which way; with no_data it is that of the nearest that is known of.
    """

    layer: str
    slug: str
    domain: str
    state: str
    none: str
    name: str = ""
    way: str = ""
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class OverlayTold:
    """An overlay layer at a place; ``items`` are its features there: name and what of the parcel each covers."""

    layer: str
    slug: str
    state: str
    items: list[tuple[str, str]]


def tell_overlays(place: Place) -> list[OverlayTold]:
    """Every overlay layer, those that lie here first."""
    ground_m2 = place.parcel.area_m2 if place.parcel else None
    told = []
    for layer in _of(place.layers, PlaceRole.OVERLAY):
        here = [over for over in place.around.overlays if over.slug == layer.slug]
        state = "here" if here else "none" if layer.state == "here" else layer.state
        told.append(
            OverlayTold(_title(layer), layer.slug, state, [_covers(each, ground_m2) for each in here])
        )
    return sorted(told, key=lambda each: each.state != "here")


def _covers(over: Over, ground_m2: float | None) -> tuple[str, str]:
    name, share = name_of(over.name_fa, over.name_en), share_of(over, ground_m2)
    if over.area_m2 is None or share is None:
        return name, _("lies over this place")
    if share >= _WHOLE_SHARE:
        return name, _("covers the whole parcel")
    figures = {"percent": format_percent(max(share, 0.001)), "area": format_number(max(over.area_m2, 1))}
    return name, _("covers %(percent)s of the parcel (%(area)s m²)", **figures)


def tell_networks(place: Place) -> list[Near]:
    """Every network layer: the nearest of it if it passes by, in the order of their distance."""
    passing = {each.slug: each.nearest for each in place.around.networks}
    none = _("None here within %(n)s m.", n=format_number(PASSING_M))
    told = []
    for layer in _of(place.layers, PlaceRole.NETWORK):
        near = passing.get(layer.slug)
        state = "here" if near else "none" if layer.state == "here" else layer.state
        if near is None:
            told.append((PASSING_M, Near(_title(layer), layer.slug, layer.domain, state, none)))
            continue
        name = name_of(near.name_fa, near.name_en) or kind_name(near.kind)
        way = _passes(near, has_parcel=place.parcel is not None)
        line = Near(_title(layer), layer.slug, layer.domain, state, none, name, way, near.lon, near.lat)
        told.append((near.distance_m, line))
    return [line for _distance_m, line in sorted(told, key=lambda each: (each[0], each[1].slug))]


def _passes(near: Nearest, *, has_parcel: bool) -> str:
    if near.bearing is None or near.distance_m < 0.05:
        return _("crosses the parcel") if has_parcel else _("right here")
    way = {"distance": distance_in_words(near.distance_m), "direction": direction_name(near.bearing)}
    if has_parcel:
        return _("%(distance)s from the parcel's border, to the %(direction)s", **way)
    return _("%(distance)s to the %(direction)s", **way)


def tell_domains(layers: Iterable[LayerHere]) -> list[Near]:
    """The nearest facility of each layer, in the order of the layers."""
    none = _("None here within %(n)s km.", n=format_number(NEAR_M / 1000))
    return [_near(layer, none) for layer in _of(layers, PlaceRole.FACILITY)]


def _near(layer: LayerHere, none: str) -> Near:
    near = layer.nearest
    return Near(
        _title(layer),
        layer.slug,
        layer.domain,
        layer.state,
        none,
        name_of(near.name_fa, near.name_en) if near else "",
        _way(near, is_line=layer.geometry_kind == GeometryKind.LINE) if near else "",
        near.lon if near else None,
        near.lat if near else None,
    )


def _way(near: Nearest, *, is_line: bool) -> str:
    """How far and which way, and how long on foot as the crow flies (nobody walks to a pipe)."""
    if near.bearing is None or near.distance_m < 1:
        return _("right here")
    way = {"distance": distance_in_words(near.distance_m), "direction": direction_name(near.bearing)}
    if is_line:
        return _("%(distance)s to the %(direction)s", **way)
    minutes = walking_min(near.distance_m)
    walk = ngettext("about %(n)s minute on foot", "about %(n)s minutes on foot", minutes)
    return _("%(distance)s to the %(direction)s, %(walk)s", walk=walk, **way)


def distance_in_words(distance_m: float) -> str:
    """Metres, or kilometres from one on; next to nothing is said to be so."""
    if distance_m < 1:
        return _("less than 1 m")
    if distance_m < 1000:
        return _("%(n)s m", n=format_number(distance_m))
    return _("%(n)s km", n=format_number(distance_m / 1000, 1))


def _of(layers: Iterable[LayerHere], role: PlaceRole) -> list[LayerHere]:
    return [layer for layer in layers if layer.role == role]


def _title(layer: LayerHere) -> str:
    return name_of(layer.name_fa, layer.name_en) or layer.slug
