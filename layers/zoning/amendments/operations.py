"""What can be done to the zones of an amendment: each operation a value, from one valid draft to the next.

Coordinates are metres in the city's grid. An operation changes the zones that it names, adds corners to the borders
that these share with others, and nothing else. The zones stay a coverage, the ground that they cover together stays
the same (``topology.AREA_TOLERANCE_M2``), or the operation is refused with a reason and the place.
"""

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
import shapely
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from shapely.geometry import LinearRing, LineString, Point, Polygon

from layers.zoning.amendments import topology as t
from layers.zoning.amendments.drafts import Draft, DraftZone, Reason, Refused, Shape, Spot, spot_of


def _finite(spot: Spot) -> Spot:
    if not all(np.isfinite(spot)):
        raise ValueError("a coordinate is a finite number")
    return spot


Key = Annotated[str, Field(min_length=1, max_length=100)]
Coordinate = Annotated[Spot, AfterValidator(_finite)]
Line = Annotated[tuple[Coordinate, ...], Field(min_length=2, max_length=5000)]
Ring = Annotated[tuple[Coordinate, ...], Field(min_length=3, max_length=5000)]


class Operation(BaseModel):
    """One operation; ``apply`` gives the draft after it. Raises Refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def apply(self, draft: Draft) -> Draft:
        """The draft after this operation."""
        raise NotImplementedError


def get(draft: Draft, key: str) -> DraftZone:
    """An editable zone. Raises Refused."""
    zone = draft.zones.get(key)
    if zone is None:
        raise Refused(Reason.NO_SUCH_ZONE)
    if not zone.is_editable:
        raise Refused(Reason.NOT_EDITABLE, spot_of(zone.shape))
    return zone


def _free(draft: Draft, key: str) -> str:
    if key in draft.zones:
        raise Refused(Reason.KEY_TAKEN)
    return key


def _polygon(ring: tuple[Spot, ...]) -> Polygon:
    drawn = Polygon(ring)
    if not drawn.is_valid or not drawn.area:
        raise Refused(Reason.INVALID, ring[0])
    return drawn


class Split(Operation):
    """Split a zone by a line: its largest piece keeps the key, the others become zones of the same class and rules."""

    op: Literal["split"] = "split"
    key: Key
    line: Line
    new_key: Key

    def apply(self, draft: Draft) -> Draft:
        """See the class."""
        get(draft, self.key)
        zones, laid = t.lay(draft.zones, self.line)
        zone = zones[self.key]
        if len(laid) < 2:
            raise Refused(Reason.DOES_NOT_CROSS, laid[0])
        pieces: list[Polygon] = []
        whole: list[Polygon] = []
        for part in shapely.get_parts(zone.shape):
            faces = [face for face in t.arrange([part], [LineString(laid)]) if t.is_in(face, part)]
            if len(faces) > 1:
                pieces += faces
            else:
                whole.append(part)
        if len(pieces) < 2:
            raise Refused(Reason.DOES_NOT_CROSS, laid[0])
        t.hold_width(pieces)
        pieces.sort(key=lambda face: (-face.area, face.bounds))
        shapes = {self.key: t.as_multi(shapely.MultiPolygon([pieces[0], *whole]))}
        for ordinal, face in enumerate(pieces[1:], 1):
            key = _free(draft, self.new_key if ordinal == 1 else f"{self.new_key}.{ordinal}")
            zones[key] = replace(zone, key=key)
            shapes[key] = t.as_multi(face)
        return t.verify(draft, t.settle(draft, shapes, zones))


class Merge(Operation):
    """Merge zones that border one another into the first, whose class and rules hold for all."""

    op: Literal["merge"] = "merge"
    keys: Annotated[tuple[Key, ...], Field(min_length=2, max_length=500)]

    def apply(self, draft: Draft) -> Draft:
        """See the class."""
        merged = [get(draft, key) for key in dict.fromkeys(self.keys)]
        parts = sum(len(zone.shape.geoms) for zone in merged)
        shape = t.as_multi(shapely.coverage_union_all([zone.shape for zone in merged]))
        if len(merged) < 2 or len(shape.geoms) > parts - len(merged) + 1:
            raise Refused(Reason.NOT_ADJACENT, spot_of(merged[-1].shape))
        kept = {key: zone for key, zone in draft.zones.items() if key not in self.keys[1:]}
        kept[merged[0].key] = replace(merged[0], shape=shape)
        return t.verify(draft, replace(draft, zones=kept))


class Move(BaseModel):
    """A corner and where it goes."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    corner: Coordinate
    to: Coordinate


class MoveBorder(Operation):
    """Move corners of the border that two zones share, once for both: what one gives up, the other gets."""

    op: Literal["move_border"] = "move_border"
    keys: tuple[Key, Key]
    moves: Annotated[tuple[Move, ...], Field(min_length=1, max_length=5000)]

    def apply(self, draft: Draft) -> Draft:
        """See the class."""
        one, other = (get(draft, key) for key in self.keys)
        shared = t.corners_of(one.shape) & t.corners_of(other.shape)
        places = {_meant(move.corner, shared): move.to for move in self.moves}
        third = [zone.shape for key, zone in draft.zones.items() if key not in self.keys]
        for corner in places:
            if any(third) and shapely.intersects(third, Point(corner)).any():
                raise Refused(Reason.JUNCTION, corner)

        def moved(ring: t.Coordinates) -> t.Coordinates:
            new = ring.copy()
            for corner, to in places.items():
                new[(ring == np.array(corner)).all(axis=1)] = to
            return new

        zones = dict(draft.zones)
        for zone in (one, other):
            zones[zone.key] = replace(zone, shape=t.edit_rings(zone.shape, moved))
        return t.verify(draft, replace(draft, zones=zones))


def _meant(spot: Spot, corners: set[Spot]) -> Spot:
    near = [corner for corner in corners if Point(corner).distance(Point(spot)) <= t.SNAP_M]
    if not near:
        raise Refused(Reason.NO_SHARED_CORNER, spot)
    return min(near, key=lambda corner: (Point(corner).distance(Point(spot)), corner))


class AddCorner(Operation):
    """Put a corner into the border that runs here, on all its sides."""

    op: Literal["add_corner"] = "add_corner"
    spot: Coordinate

    def apply(self, draft: Draft) -> Draft:
        """See the class."""
        borders = [zone.shape.boundary for zone in draft.zones.values() if zone.is_editable]
        if not shapely.dwithin(borders, Point(self.spot), t.SNAP_M).any():
            raise Refused(Reason.NOT_ON_BORDER, self.spot)
        zones, _laid = t.lay(draft.zones, [self.spot])
        return t.verify(draft, replace(draft, zones=zones))


class Cut(Operation):
    """Cut a piece out of a zone: the hole becomes a zone of its own."""

    op: Literal["cut"] = "cut"
    key: Key
    ring: Ring
    new_key: Key
    class_code: str = Field(default="", max_length=100)

    def apply(self, draft: Draft) -> Draft:
        """See the class."""
        get(draft, self.key)
        _free(draft, self.new_key)
        drawn = _polygon(self.ring)
        zones, laid = t.lay(draft.zones, (*drawn.exterior.coords,))
        zone, hole = zones[self.key], _polygon(tuple(laid))
        beyond = hole.difference(zone.shape)
        if beyond.area > t.AREA_TOLERANCE_M2:
            raise Refused(Reason.OUTSIDE, spot_of(beyond))
        faces = [f for f in t.arrange([zone.shape], [LinearRing(laid)]) if t.is_in(f, zone.shape)]
        inside = [face for face in faces if t.is_in(face, hole)]
        left = [face for face in faces if face not in inside]
        if not left or not inside:
            raise Refused(Reason.NOTHING_LEFT, spot_of(hole))
        t.hold_width(faces)
        zones[self.new_key] = replace(zone, key=self.new_key, class_code=self.class_code or zone.class_code)
        shapes = {self.key: t.join(left), self.new_key: t.join(inside)}
        return t.verify(draft, t.settle(draft, shapes, zones))


class Reshape(Operation):
    """Give a zone another shape: what it gains is its neighbours', what it gives up goes to ``heir``."""

    op: Literal["reshape"] = "reshape"
    key: Key
    ring: Ring
    heir: str = Field(default="", max_length=100)

    def apply(self, draft: Draft) -> Draft:
        """See the class."""
        get(draft, self.key)
        if self.heir:
            get(draft, self.heir)
        drawn = _polygon(self.ring)
        zones, laid = t.lay(draft.zones, (*drawn.exterior.coords,))
        new = _polygon(tuple(laid))
        involved = {
            key: zone.shape
            for key, zone in zones.items()
            if zone.is_editable and (key in (self.key, self.heir) or zone.shape.intersects(new))
        }
        beyond = new.difference(shapely.union_all(list(involved.values())))
        if beyond.area > t.AREA_TOLERANCE_M2:
            raise Refused(Reason.OUTSIDE, spot_of(beyond))
        shapes = self._parted(involved, new, LinearRing(laid))
        return t.verify(draft, t.settle(draft, shapes, zones))

    def _parted(self, involved: dict[str, Shape], new: Polygon, line: LinearRing) -> dict[str, Shape]:
        faces: dict[str, list[Polygon]] = {key: [] for key in involved}
        for face in t.arrange(involved.values(), [line]):
            owner = next((key for key, shape in involved.items() if t.is_in(face, shape)), None)
            if t.is_in(face, new):
                heir = self.key
            elif owner is None:
                continue
            else:
                heir = self.heir if owner == self.key else owner
            if not heir:
                raise Refused(Reason.NO_HEIR, spot_of(face))
            if heir != owner:
                t.hold_width([face])
            faces[heir].append(face)
        shapes = {}
        for key, own in faces.items():
            if not own:
                raise Refused(Reason.NOTHING_LEFT, spot_of(involved[key]))
            shapes[key] = t.join(own, involved[key])
        if self.heir and len(shapes[self.heir].geoms) > len(involved[self.heir].geoms):
            raise Refused(Reason.NOT_ADJACENT, spot_of(shapes[self.heir]))
        return shapes


class SetClass(Operation):
    """Give a zone another class."""

    op: Literal["set_class"] = "set_class"
    key: Key
    class_code: Key

    def apply(self, draft: Draft) -> Draft:
        """See the class."""
        zone = get(draft, self.key)
        return replace(draft, zones={**draft.zones, self.key: replace(zone, class_code=self.class_code)})


class SetText(Operation):
    """Edit the rule text of a zone."""

    op: Literal["set_text"] = "set_text"
    key: Key
    rule_text_fa: str = Field(default="", max_length=20_000)
    rule_text_en: str = Field(default="", max_length=20_000)

    def apply(self, draft: Draft) -> Draft:
        """See the class."""
        zone = get(draft, self.key)
        told = replace(zone, rule_text_fa=self.rule_text_fa, rule_text_en=self.rule_text_en)
        return replace(draft, zones={**draft.zones, self.key: told})
