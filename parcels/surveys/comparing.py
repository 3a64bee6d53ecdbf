"""The second step of a check: what the file would change in the city, and what is wrong with it. Pure."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from parcels.surveys import topology
from parcels.surveys.borders import Fit, fit_together
from parcels.surveys.changes import Change, Comparison, Olds, Surroundings, label_of
from parcels.surveys.differing import fields_changed, is_same_shape, resulting
from parcels.surveys.features import Geometries
from parcels.surveys.gaps import close_gaps
from parcels.surveys.incoming import Incoming
from parcels.surveys.limits import TOLERANCES
from parcels.surveys.overlay import Group, groups_of, identities
from parcels.surveys.states import Kind, Relation, Status
from parcels.surveys.topology import Laid, Problem


def compare(
    kind: Kind, incoming: Incoming, olds: Olds, around: Surroundings, closes_gaps_m: float = 0
) -> Comparison:
    """Hold a file's parcels against the city's. Pure: the same twice gives the same twice.

    ``closes_gaps_m``: gaps narrower than this go to the parcel that they border on longest.
    """
    problems = list(incoming.problems)
    olds.keys, incoming.keys = identities(olds.numbers, [said.number for said in incoming.said])
    by_number = kind in (Kind.UPDATE, Kind.ATTRIBUTES)
    groups = groups_of(
        olds.shapes,
        olds.keys,
        incoming.shapes,
        incoming.keys,
        by_number=by_number,
        by_place=kind is not Kind.ATTRIBUTES,
    )
    changes = [
        change
        for number, group in enumerate(groups)
        for change in _of_group(number, group, kind, incoming, olds)
    ]
    if kind is Kind.UPDATE:
        there = {change.old for change in changes if change.old is not None}
        there |= {place for group in groups for place in group.olds}
        changes += [
            Change(Status.REMOVED, Relation.NONE, len(groups) + place, old=place)
            for place in range(len(olds.ids))
            if place not in there
        ]
    if kind is not Kind.ATTRIBUTES:
        if closes_gaps_m:
            problems += close_gaps(changes, groups, olds.shapes, closes_gaps_m)
        changes += _fit(changes, olds, problems)
        problems += _judge(changes, groups, olds, around)
    problems += _unexpected(kind, changes, incoming)
    return Comparison(changes, problems, _numbers(changes, groups, olds))


def _of_group(number: int, group: Group, kind: Kind, incoming: Incoming, olds: Olds) -> list[Change]:
    place_of = {olds.keys[o]: o for o in group.olds if olds.keys[o]}
    changes, going_on = [], set()
    for n in group.news:
        parents = [o for o, new in group.links if new == n]
        old = group.olds[0] if group.relation is Relation.SAME else place_of.get(incoming.keys[n])
        change = Change(Status.ADDED, group.relation, number, n, old, parents)
        change.shape = incoming.shapes[n]
        _describe(change, kind, incoming, olds)
        going_on.add(old)
        changes.append(change)
    ended = [o for o in group.olds if o not in going_on]
    return [*changes, *(Change(Status.REMOVED, group.relation, number, old=o) for o in ended)]


def _describe(change: Change, kind: Kind, incoming: Incoming, olds: Olds) -> None:
    """Whether a parcel is new, changed or as it was, field by field; and what it will hold."""
    assert change.new is not None
    said, raw = incoming.said[change.new], incoming.raw[change.new]
    kept_number = said.number
    if change.old is not None:
        old, number = olds.attributes[change.old], olds.numbers[change.old]
        with_properties = kind is Kind.ATTRIBUTES
        change.fields = fields_changed(said, raw, old, number, with_properties=with_properties)
        change.is_shape_changed = kind is not Kind.ATTRIBUTES and not is_same_shape(
            change.shape, olds.shapes[change.old]
        )
        is_other = bool(change.fields or change.is_shape_changed)
        change.status = Status.CHANGED if is_other or change.relation in _REPLACING else Status.UNCHANGED
        kept_number = said.number or number
    if change.status is Status.UNCHANGED or kind is Kind.ATTRIBUTES:
        assert change.old is not None or kind is Kind.ATTRIBUTES
        change.shape = olds.shapes[change.old] if change.old is not None else change.shape
    parents = [olds.attributes[place] for place in change.parents]
    change.attributes = resulting(
        said,
        raw,
        parents,
        kept_number,
        goes_on=olds.attributes[change.old] if change.old is not None else None,
    )


_REPLACING = frozenset({Relation.SPLIT, Relation.MERGE, Relation.REDRAWN})


def _fit(changes: list[Change], olds: Olds, problems: list[Problem]) -> list[Change]:
    """Make the new borders meet the neighbours'; what had to be moved or noded is told, and the nodes are changes."""
    opened = [
        change for change in changes if change.new is not None and change.status is not Status.UNCHANGED
    ]
    if not opened:
        return []
    news = np.array([change.shape for change in opened], dtype=object)
    staying = _staying(changes, olds, news)
    fit = fit_together(news, olds.shapes[staying], TOLERANCES.snap_m)
    for change, shape in zip(opened, fit.news, strict=True):
        change.shape = shape
    _tell_fit(fit, opened, olds, staying, problems)
    return [
        Change(Status.NODED, Relation.NONE, -1, old=int(staying[place]), shape=shape)
        for place, (shape, _count) in fit.noded.items()
    ]


def _staying(changes: list[Change], olds: Olds, news: Geometries) -> Any:
    """Places of the city's parcels near the new ones that the survey leaves as they are."""
    replacing = [change for change in changes if change.status not in (Status.UNCHANGED, Status.NODED)]
    going = {change.old for change in replacing} | {each for change in replacing for each in change.parents}
    if not len(olds.ids):
        return np.zeros(0, dtype=np.int64)
    near = shapely.STRtree(olds.shapes).query(news, predicate="dwithin", distance=TOLERANCES.gap_m)[1]
    return np.array(sorted(set(near.tolist()) - going), dtype=np.int64)


def _tell_fit(fit: Fit, opened: list[Change], olds: Olds, staying: Any, problems: list[Problem]) -> None:
    for place, (count, far) in sorted(fit.moved.items()):
        change = opened[place]
        # What rounding by a transformation moved is nobody's slip.
        if far > TOLERANCES.same_m / 10:
            spot = topology.spot_of(change.shape)
            problems.append(
                Problem(
                    "topology.snapped",
                    change.new,
                    spot,
                    {"n": count, "far_m": round(far, 3), "label": label_of(change)},
                )
            )
    for place, (shape, count) in sorted(fit.noded.items()):
        number = olds.numbers[int(staying[place])]
        problems.append(
            Problem("topology.noded", None, topology.spot_of(shape), {"n": count, "number": number})
        )


def _judge(changes: list[Change], groups: list[Group], olds: Olds, around: Surroundings) -> list[Problem]:
    opened = [
        change for change in changes if change.new is not None and change.status is not Status.UNCHANGED
    ]
    if not opened:
        return []
    shapes = np.array([change.shape for change in opened], dtype=object)
    laid = Laid(shapes, [change.new or 0 for change in opened], [label_of(change) for change in opened])
    staying = _staying(changes, olds, shapes)
    noded = {change.old: change.shape for change in changes if change.status is Status.NODED}
    beside = np.array([noded.get(int(place), olds.shapes[place]) for place in staying], dtype=object)
    overlaps = list(topology.find_overlaps(laid, beside, [olds.numbers[int(place)] for place in staying]))
    overlapping = {
        each.params[name] for each in overlaps for name in ("label", "other") if name in each.params
    }
    told = {place for place, label in enumerate(laid.labels) if label in overlapping}
    return [
        *overlaps,
        *_left_over(changes, groups, olds),
        *topology.find_loose_borders(laid, beside, told),
        *topology.find_slivers(laid),
        *topology.find_outside(laid, around.boundary),
        *topology.find_on_public_land(laid, olds.shapes, around.parks, around.streets),
        *_areas(opened),
    ]


def _left_over(changes: list[Change], groups: list[Group], olds: Olds) -> list[Problem]:
    found: list[Problem] = []
    by_group: dict[int, list[Change]] = {}
    for change in changes:
        if change.new is not None:
            by_group.setdefault(change.group, []).append(change)
    everything = np.array([c.shape for c in changes if c.new is not None], dtype=object)
    tree = shapely.STRtree(everything)
    for number, group in enumerate(groups):
        members = by_group.get(number, [])
        if not group.olds or all(change.status is Status.UNCHANGED for change in members):
            continue
        news = np.array([change.shape for change in members], dtype=object)
        numbers = ", ".join(olds.numbers[place] for place in group.olds)
        found += topology.find_left_over(olds.shapes[group.olds], news, tree, members[0].new, numbers)
    return found


def _areas(opened: Sequence[Change]) -> list[Problem]:
    """Registered areas that the drawing does not bear out."""
    found = []
    for change in opened:
        assert change.attributes is not None
        official, measured = change.attributes.get("area_official_m2"), float(change.shape.area)
        if official and abs(official - measured) > TOLERANCES.area_m2(official):
            params = {
                "label": label_of(change),
                "official_m2": round(official, 1),
                "measured_m2": round(measured, 1),
                "tolerance_m2": round(TOLERANCES.area_m2(official), 1),
            }
            found.append(Problem("area.official", change.new, topology.spot_of(change.shape), params))
    return found


def _unexpected(kind: Kind, changes: list[Change], incoming: Incoming) -> list[Problem]:
    """What the surveyor did not say the file would hold."""
    found = []
    wanted = {
        Kind.SUBDIVISION: {Relation.SPLIT},
        Kind.MERGE: {Relation.MERGE},
        Kind.CORRECTION: {Relation.SAME},
        Kind.NEW_PARCELS: {Relation.NONE},
        Kind.ATTRIBUTES: {Relation.SAME},
    }.get(kind)
    for change in changes:
        if change.new is None:
            continue
        if kind is Kind.ATTRIBUTES and change.old is None:
            number = incoming.said[change.new].number
            found.append(Problem("number.unknown", change.new, None, {"number": number or "–"}))
        elif wanted is not None and change.relation not in wanted and change.status is not Status.UNCHANGED:
            params = {"label": label_of(change), "relation": change.relation.value, "kind": kind.value}
            found.append(Problem("kind.unexpected", change.new, topology.spot_of(change.shape), params))
    return found


def _numbers(changes: list[Change], groups: list[Group], olds: Olds) -> dict[str, Any]:
    """Counts by status, and areas: what goes in comes out, but for land that was nobody's before or is so after."""
    counts = {status.value: sum(change.status is status for change in changes) for status in Status}
    closed = {c.old for c in changes if c.old is not None and c.status in (Status.CHANGED, Status.REMOVED)}
    closed |= {parent for c in changes if c.status is not Status.UNCHANGED for parent in c.parents}
    opened = [c for c in changes if c.status in (Status.ADDED, Status.CHANGED)]
    area_in = float(sum(olds.shapes[place].area for place in closed))
    area_new = float(sum(c.shape.area for c in opened if not c.parents and c.old is None))
    area_out = float(sum(c.shape.area for c in opened)) - area_new
    area_gone = float(
        sum(
            olds.shapes[c.old].area
            for c in changes
            if c.status is Status.REMOVED and c.relation is Relation.NONE and c.old is not None
        )
    )
    relations = {r.value: sum(g.relation is r for g in groups) for r in Relation}
    return {
        "counts": counts, "groups": relations, "area_in_m2": round(area_in - area_gone, 2),
        "area_out_m2": round(area_out, 2), "area_added_m2": round(area_new, 2), "area_removed_m2": round(area_gone, 2),
    }  # fmt: skip
