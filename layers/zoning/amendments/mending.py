"""Operations that mend what a check finds: an overlap is given to one side, a gap is closed, borders are joined."""

from dataclasses import replace
from typing import Literal

import shapely
from shapely.geometry import Point, Polygon

from layers.zoning.amendments import topology as t
from layers.zoning.amendments.drafts import Draft, Reason, Refused, Shape, spot_of
from layers.zoning.amendments.operations import Coordinate, Key, Operation, get


class GiveOverlap(Operation):
    """Give the ground that two zones both claim to the first of them."""

    op: Literal["give_overlap"] = "give_overlap"
    to: Key
    taken_from: Key

    def apply(self, draft: Draft) -> Draft:
        """See the class."""
        winner, loser = get(draft, self.to), get(draft, self.taken_from)
        faces = t.arrange([winner.shape, loser.shape])
        own = [face for face in faces if t.is_in(face, winner.shape)]
        left = [face for face in faces if t.is_in(face, loser.shape) and face not in own]
        if not any(t.is_in(face, loser.shape) for face in own):
            raise Refused(Reason.NO_OVERLAP, spot_of(winner.shape))
        if not left:
            raise Refused(Reason.NOTHING_LEFT, spot_of(loser.shape))
        shapes = {self.to: t.join(own, winner.shape), self.taken_from: t.join(left)}
        return t.verify(draft, t.settle(draft, shapes, draft.zones))


def list_gaps(shapes: list[Shape]) -> list[Polygon]:
    """The ground that zones enclose and none of them covers."""
    ground = shapely.get_parts(shapely.union_all(shapes))
    return [Polygon(ring) for part in ground for ring in part.interiors]


class CloseGap(Operation):
    """Give a gap between zones to one that borders it: the one operation by which the plan's ground grows."""

    op: Literal["close_gap"] = "close_gap"
    spot: Coordinate
    to: Key

    def apply(self, draft: Draft) -> Draft:
        """See the class."""
        winner = get(draft, self.to)
        gaps = list_gaps([zone.shape for zone in draft.zones.values()])
        gap = next((each for each in gaps if each.intersects(Point(self.spot))), None)
        if gap is None:
            raise Refused(Reason.NO_GAP, self.spot)
        zones = t.add_corners(draft.zones, t.corners_of(gap))
        shape = zones[self.to].shape
        faces = [f for f in t.arrange([shape, gap]) if t.is_in(f, shape) or t.is_in(f, gap)]
        joined = t.join(faces)
        if len(joined.geoms) > len(winner.shape.geoms):
            raise Refused(Reason.NOT_ADJACENT, self.spot)
        grown = replace(draft, ground=shapely.union(draft.ground, gap))
        return t.verify(draft, t.settle(grown, {self.to: joined}, zones), may_change_ground=True)


class Snap(Operation):
    """Join a zone's border to another's that was meant to be the same: corners move by a centimetre at most."""

    op: Literal["snap"] = "snap"
    key: Key
    to: Key

    def apply(self, draft: Draft) -> Draft:
        """See the class."""
        zone, fixed = get(draft, self.key), draft.zones.get(self.to)
        if fixed is None:
            raise Refused(Reason.NO_SUCH_ZONE)
        pair = {self.key: replace(zone, shape=_taken_to(zone.shape, fixed.shape)), self.to: fixed}
        pair = t.add_corners(pair, t.corners_of(fixed.shape), t.SNAP_M)
        pair = t.add_corners(pair, t.corners_of(pair[self.key].shape), t.NODE_M)
        moved = shapely.symmetric_difference(zone.shape, pair[self.key].shape)
        if pair[self.key].shape.is_valid and moved.area > t.SNAP_M * zone.shape.length:
            raise Refused(Reason.TOO_FAR, spot_of(moved))
        ground = draft.ground
        if moved.area:
            editable = [z.shape for z in {**draft.zones, **pair}.values() if z.is_editable]
            ground = shapely.union_all(editable)
        after = replace(draft, zones={**draft.zones, **pair}, ground=ground)
        return t.verify(draft, after, may_change_ground=True)


def _taken_to(shape: Shape, fixed: Shape) -> Shape:
    corners = sorted(t.corners_of(fixed))
    tree = shapely.STRtree(shapely.points(corners))

    def edit(ring: t.Coordinates) -> t.Coordinates:
        place, near = tree.query(shapely.points(ring), predicate="dwithin", distance=t.SNAP_M)
        if not len(place):
            return ring
        new = ring.copy()
        for one, other in zip(place.tolist(), near.tolist(), strict=True):
            new[one] = corners[other]
        return new

    return t.edit_rings(shape, edit)
