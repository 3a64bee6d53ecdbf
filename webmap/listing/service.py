"""What the map shows in a window, group by group in the map's order, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from layers.in_view import MOST_COUNTED, FeatureSeen, count_features, list_features, list_shown_layers
from layers.models import Layer
from layers.zoning.in_view import ZoneSeen, count_zones, list_zones
from parcels.in_view import ParcelSeen, count_parcels, find_street_near, list_parcels
from webmap.listing.window import View

PAGE = 50
PARCELS, ZONES = "land_use", "zoning"
"""The names under which the map knows the layers of parcels and zones."""

Thing = ParcelSeen | ZoneSeen | FeatureSeen


@dataclass(frozen=True)
class Group:
    """One layer in the window. ``layer`` is None for parcels and zones; ``count`` is never above MOST_COUNTED."""

    key: str
    layer: Layer | None
    count: int
    is_more: bool


@dataclass(frozen=True)
class Listing:
    """A page of what a window shows. ``street`` is the one nearest to the origin, Persian and English."""

    view: View
    groups: list[Group]
    things: list[tuple[Group, Thing]]
    page: int
    pages: int
    street: tuple[str, str] | None
    all_layers: list[Layer]
    shown: list[str]

    @property
    def count(self) -> int:
        """How many things are listed on all pages."""
        return sum(group.count for group in self.groups)


def list_view(
    session: Session,
    view: View,
    layers: Sequence[str] | None,
    only: str,
    words: str,
    page: int,
    *,
    staff: bool = False,
) -> Listing:
    """What lies in the window: of the layers named (None: those shown at first), ``only`` of one, by their words."""
    catalogue = list_shown_layers(session, staff=staff)
    shown = list(layers) if layers is not None else _shown_at_first(catalogue)
    groups = [] if view.window is None else _groups(session, view, catalogue, shown, only, words)
    pages = max(1, -(-sum(group.count for group in groups) // PAGE))
    page = min(page, pages)
    things = _page(session, view, groups, words, (page - 1) * PAGE)
    street = find_street_near(session, view.window.origin) if view.window else None
    return Listing(view, groups, things, page, pages, street, catalogue, shown)


def count_view(session: Session, view: View, layers: Sequence[str] | None, *, staff: bool = False) -> Listing:
    """As :func:`list_view`, of everything and without the things themselves."""
    catalogue = list_shown_layers(session, staff=staff)
    shown = list(layers) if layers is not None else _shown_at_first(catalogue)
    groups = [] if view.window is None else _groups(session, view, catalogue, shown, "", "")
    street = find_street_near(session, view.window.origin) if view.window else None
    return Listing(view, groups, [], 1, 1, street, catalogue, shown)


def _shown_at_first(catalogue: Sequence[Layer]) -> list[str]:
    """What the map shows to somebody who chose nothing."""
    return [PARCELS, *(layer.slug for layer in catalogue if layer.style.get("visible"))]


def _groups(
    session: Session, view: View, catalogue: Sequence[Layer], shown: Sequence[str], only: str, words: str
) -> list[Group]:
    """The layers that have something here, uppermost first: as they lie on the map."""
    assert view.window is not None
    window, day = view.window, view.day

    def is_asked(key: str) -> bool:
        return only in ("", key)

    def of_layers(layers: Sequence[Layer]) -> list[Group]:
        return [
            _group(each.slug, each, count_features(session, window, each.id, words))
            for each in sorted(layers, key=_height)
            if is_asked(each.slug)
        ]

    found = of_layers([layer for layer in catalogue if layer.slug in shown and not layer.base_role])
    if ZONES in shown and is_asked(ZONES):
        found.append(_group(ZONES, None, count_zones(session, window, day, words)))
    if PARCELS in shown and is_asked(PARCELS):
        found.append(_group(PARCELS, None, count_parcels(session, window, day, words)))
    # What the base map draws is always there, beneath all else.
    found += of_layers([layer for layer in catalogue if layer.base_role])
    return [group for group in found if group.count]


def _height(layer: Layer) -> tuple[int, str]:
    """Symbols lie above lines, lines above areas."""
    return {"point": 0, "line": 1, "polygon": 2}.get(layer.geometry_kind, 3), layer.slug


def _group(key: str, layer: Layer | None, count: int) -> Group:
    return Group(key, layer, min(count, MOST_COUNTED), count > MOST_COUNTED)


def _page(
    session: Session, view: View, groups: Sequence[Group], words: str, skipped: int
) -> list[tuple[Group, Thing]]:
    """The things after so many skipped ones, going through the groups one after the other."""
    things: list[tuple[Group, Thing]] = []
    for group in groups:
        if skipped >= group.count:
            skipped -= group.count
            continue
        most = min(PAGE - len(things), group.count - skipped)
        things += [(group, thing) for thing in _things(session, view, group, words, skipped, most)]
        skipped = 0
        if len(things) >= PAGE:
            break
    return things


def _things(
    session: Session, view: View, group: Group, words: str, skipped: int, most: int
) -> Sequence[Thing]:
    assert view.window is not None
    if group.layer is not None:
        return list_features(session, view.window, group.layer.id, words, skipped, most)
    if group.key == ZONES:
        return list_zones(session, view.window, view.day, words, skipped, most)
    return list_parcels(session, view.window, view.day, words, skipped, most)
