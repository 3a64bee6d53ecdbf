"""What is wrong with a change set: each finding with its code, how bad it is, its place, and how to mend it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import shapely
from babel.support import LazyProxy

from core.i18n import lazy_gettext as _
from layers.zoning.amendments import topology as t
from layers.zoning.amendments.drafts import Draft, DraftZone, Shape, Spot, spot_of, width_of
from layers.zoning.amendments.mending import CloseGap, GiveOverlap, Snap, list_gaps
from layers.zoning.amendments.operations import Operation

OVERLAP_M2 = 0.01
"""Less ground than this under two zones, or under none, is what unmatched borders leave; they are told as such."""
NARROW_GAP_M = 1.0
"""A gap that stood before is told when it is narrower than this: wider ground without a zone may be meant."""


class Code(StrEnum):
    """What can be wrong."""

    INVALID = "invalid"
    OVERLAP = "overlap"
    GAP = "gap"
    UNMATCHED = "unmatched"
    UNION_CHANGED = "union_changed"
    CLASS_UNKNOWN = "class_unknown"
    NO_DOCUMENT = "no_document"
    NO_CHANGE = "no_change"


class Severity(StrEnum):
    """``blocking``: it may not be checked or adopted so. ``warning``: it stood in the plan before."""

    BLOCKING = "blocking"
    WARNING = "warning"


CODE_NAMES: dict[Code, LazyProxy] = {
    Code.INVALID: _("The border of the zone crosses itself."),
    Code.OVERLAP: _("Two zones lie on one another: two laws for one piece of ground."),
    Code.GAP: _("A gap between zones: ground without a law."),
    Code.UNMATCHED: _("The borders of neighbouring zones do not quite meet."),
    Code.UNION_CHANGED: _("The zones together no longer cover the same ground."),
    Code.CLASS_UNKNOWN: _("The class is not in the list of zone classes."),
    Code.NO_DOCUMENT: _("The text of the ordinance is not attached."),
    Code.NO_CHANGE: _("Nothing is changed yet."),
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. ``place``: metres in the city's grid; ``area_m2``: how much ground, where that tells."""

    code: Code
    severity: Severity
    place: Spot | None = None
    keys: tuple[str, ...] = ()
    area_m2: float | None = None
    fixes: tuple[Operation, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The finding as JSON; a fix is an operation to be added to the change set."""
        return {
            "code": self.code.value,
            "severity": self.severity.value,
            "place": self.place,
            "keys": list(self.keys),
            "area_m2": self.area_m2,
            "fixes": [fix.model_dump(mode="json") for fix in self.fixes],
        }


def check(base: Draft, draft: Draft, classes: Collection[str], *, has_document: bool) -> list[Finding]:
    """All findings on a change set, the blocking ones first; ``classes`` are the codes of the list."""
    invalid = list(_invalid(base, draft))
    found = [*invalid, *_unknown(draft, classes)]
    if not invalid:
        # What lies on what cannot be told of borders that cross themselves.
        found += [*_overlaps(base, draft), *_gaps(base, draft), *_union(draft)]
        spoken_of = {key for finding in found for key in finding.keys}
        found += _unmatched(draft, spoken_of)
    if not has_document:
        found.append(Finding(Code.NO_DOCUMENT, Severity.BLOCKING))
    if not draft.list_changed(base):
        found.append(Finding(Code.NO_CHANGE, Severity.BLOCKING))
    return sorted(found, key=lambda finding: finding.severity is not Severity.BLOCKING)


def is_blocked(findings: Collection[Finding]) -> bool:
    """Whether any finding is in the way of the next state."""
    return any(finding.severity is Severity.BLOCKING for finding in findings)


def _stood(base: Draft, *zones: DraftZone) -> bool:
    """Whether these zones were drawn so before: then what is wrong with them is not the amendment's."""
    return all(zone.key in base.zones and base.zones[zone.key].shape is zone.shape for zone in zones) or all(
        zone.key in base.zones and base.zones[zone.key].content[3] == zone.content[3] for zone in zones
    )


def _severity(base: Draft, *zones: DraftZone) -> Severity:
    return Severity.WARNING if _stood(base, *zones) else Severity.BLOCKING


def _invalid(base: Draft, draft: Draft) -> Iterator[Finding]:
    for zone in draft.zones.values():
        if zone.shape.is_empty or not zone.shape.is_valid:
            yield Finding(Code.INVALID, _severity(base, zone), t.place_of_fault(zone.shape), (zone.key,))


def _unknown(draft: Draft, classes: Collection[str]) -> Iterator[Finding]:
    for zone in draft.zones.values():
        if zone.class_code not in classes:
            yield Finding(Code.CLASS_UNKNOWN, Severity.BLOCKING, spot_of(zone.shape), (zone.key,))


def _overlaps(base: Draft, draft: Draft) -> Iterator[Finding]:
    zones = list(draft.zones.values())
    shapes = np.array([zone.shape for zone in zones], dtype=object)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for a, b in sorted({(int(a), int(b)) for a, b in zip(one, other, strict=True) if a < b}):
        shared = shapely.intersection(shapes[a], shapes[b])
        if shared.area < OVERLAP_M2:
            continue
        pair = zones[a], zones[b]
        fixes: tuple[Operation, ...] = ()
        if all(zone.is_editable for zone in pair):
            keys = pair[0].key, pair[1].key
            fixes = tuple(GiveOverlap(to=to, taken_from=of) for to, of in (keys, keys[::-1]))
        yield Finding(
            Code.OVERLAP,
            _severity(base, *pair),
            spot_of(shared),
            (pair[0].key, pair[1].key),
            round(float(shared.area), 3),
            fixes,
        )


def _gaps(base: Draft, draft: Draft) -> Iterator[Finding]:
    before = shapely.union_all([zone.shape for zone in base.zones.values()])
    for gap in list_gaps([zone.shape for zone in draft.zones.values()]):
        if gap.area < OVERLAP_M2:
            continue
        is_new = shapely.intersection(gap, before).area >= OVERLAP_M2
        if is_new or width_of(gap) < NARROW_GAP_M:
            severity = Severity.BLOCKING if is_new else Severity.WARNING
            around = _longest_first(draft, gap)
            place = spot_of(gap)
            assert place is not None
            fixes = tuple(CloseGap(spot=place, to=zone.key) for zone in around if zone.is_editable)
            keys = tuple(zone.key for zone in around)
            yield Finding(Code.GAP, severity, place, keys, round(float(gap.area), 3), fixes)


def _longest_first(draft: Draft, gap: Shape) -> list[DraftZone]:
    touching = [zone for zone in draft.zones.values() if shapely.dwithin(zone.shape, gap, t.NODE_M)]
    lengths = {zone.key: shapely.intersection(zone.shape, gap.boundary).length for zone in touching}
    return sorted(touching, key=lambda zone: (-lengths[zone.key], zone.key))


def _union(draft: Draft) -> Iterator[Finding]:
    covered = shapely.union_all([zone.shape for zone in draft.zones.values() if zone.is_editable])
    differs = shapely.symmetric_difference(covered, draft.ground)
    # Each operation keeps its own tolerance; so many may have been done.
    if differs.area >= OVERLAP_M2:
        area = round(float(differs.area), 3)
        yield Finding(Code.UNION_CHANGED, Severity.BLOCKING, spot_of(differs), (), area)


def _unmatched(draft: Draft, spoken_of: set[str]) -> Iterator[Finding]:
    """Borders that do not match, of zones that no overlap or gap was found of."""
    zones = [zone for zone in draft.zones.values() if zone.key not in spoken_of]
    shapes = np.array([zone.shape for zone in zones], dtype=object)
    if not len(shapes):
        return
    edges = shapely.coverage_invalid_edges(shapes, gap_width=t.SNAP_M)
    for place in np.flatnonzero(~shapely.is_empty(edges)).tolist():
        zone = zones[place]
        near = shapely.dwithin(shapes, edges[place], t.SNAP_M)
        others = [zones[each] for each in np.flatnonzero(near).tolist() if each != place]
        fixes = tuple(Snap(key=zone.key, to=each.key) for each in others) if zone.is_editable else ()
        keys = (zone.key, *(each.key for each in others))
        # Less than a hundredth of a square metre lies between them: told, and nobody is kept from adopting by it.
        yield Finding(Code.UNMATCHED, Severity.WARNING, spot_of(edges[place]), keys, None, fixes)
