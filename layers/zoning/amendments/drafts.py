"""What an amendment is drawn on: zones as values, beside the plan, in the city's own metres."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import shapely
from babel.support import LazyProxy
from shapely.geometry import MultiPolygon

from core.errors import Unprocessable
from core.i18n import lazy_gettext as _

Shape = Any
"""A shapely geometry; shapely tells mypy no more than this."""
Spot = tuple[float, float]


@dataclass(frozen=True)
class DraftZone:
    """One zone of a change set. ``is_editable``: false for a neighbour, whose border may get corners and no more."""

    key: str
    class_code: str
    shape: MultiPolygon
    rule_text_fa: str = ""
    rule_text_en: str = ""
    is_editable: bool = True

    @property
    def content(self) -> tuple[str, str, str, bytes]:
        """All that a version of a zone says: class, rule texts and the bytes of its shape."""
        return self.class_code, self.rule_text_fa, self.rule_text_en, bytes(shapely.to_wkb(self.shape))


@dataclass(frozen=True)
class Draft:
    """Zones by key, and the ground that the editable ones have to cover: it changes only by closing a gap."""

    zones: Mapping[str, DraftZone]
    ground: Shape

    def list_changed(self, base: "Draft") -> list[str]:
        """The keys of zones that are new, gone, or say something else than in ``base``, in order."""
        keys = self.zones.keys() | base.zones.keys()
        return sorted(key for key in keys if _content(self, key) != _content(base, key))


def _content(draft: Draft, key: str) -> tuple[str, str, str, bytes] | None:
    zone = draft.zones.get(key)
    return None if zone is None else zone.content


def make_draft(zones: list[DraftZone]) -> Draft:
    """A draft of zones as they stand: its ground is what the editable ones cover."""
    editable = [zone.shape for zone in zones if zone.is_editable]
    return Draft({zone.key: zone for zone in zones}, shapely.union_all(editable))


class Reason(StrEnum):
    """Why an operation is refused."""

    NO_SUCH_ZONE = "no_such_zone"
    NOT_EDITABLE = "not_editable"
    KEY_TAKEN = "key_taken"
    DOES_NOT_CROSS = "does_not_cross"
    NOT_ADJACENT = "not_adjacent"
    NO_SHARED_CORNER = "no_shared_corner"
    JUNCTION = "junction"
    OUTSIDE = "outside"
    NOTHING_LEFT = "nothing_left"
    SLIVER = "sliver"
    INVALID = "invalid"
    BREAKS_COVERAGE = "breaks_coverage"
    MOVES_PLAN_EDGE = "moves_plan_edge"
    NO_HEIR = "no_heir"
    NO_OVERLAP = "no_overlap"
    NO_GAP = "no_gap"
    NOT_ON_BORDER = "not_on_border"
    TOO_FAR = "too_far"


WHY: dict[Reason, LazyProxy] = {
    Reason.NO_SUCH_ZONE: _("There is no such zone in this amendment."),
    Reason.NOT_EDITABLE: _("This zone is not part of the amendment: it only borders it."),
    Reason.KEY_TAKEN: _("There is a zone with this key already."),
    Reason.DOES_NOT_CROSS: _("The line does not cross the zone from border to border."),
    Reason.NOT_ADJACENT: _("These zones share no border."),
    Reason.NO_SHARED_CORNER: _("There is no corner here that both zones share."),
    Reason.JUNCTION: _("A third zone meets this corner: moving it would change that zone, too."),
    Reason.OUTSIDE: _("This reaches beyond the ground that the amendment may change."),
    Reason.NOTHING_LEFT: _("Nothing of the zone would be left: merge it instead."),
    Reason.SLIVER: _("A strip too narrow to be a zone would be left here."),
    Reason.INVALID: _("The border would cross itself here."),
    Reason.BREAKS_COVERAGE: _("Zones would overlap, or leave a gap, here."),
    Reason.MOVES_PLAN_EDGE: _("The ground that the zones cover together would change here."),
    Reason.NO_HEIR: _("Please name the zone that gets the ground given up here."),
    Reason.NO_OVERLAP: _("These zones do not overlap."),
    Reason.NO_GAP: _("There is no gap between zones here."),
    Reason.NOT_ON_BORDER: _("No border of a zone runs here."),
    Reason.TOO_FAR: _("These borders lie too far apart to be taken for one."),
}


class Refused(Unprocessable):
    """An operation would break the plan; ``details`` hold the reason and the place (metres in the city's grid)."""

    code = "operation_refused"

    def __init__(self, reason: Reason, place: Spot | None = None) -> None:
        details = {"reason": reason.value, "place": None if place is None else list(place)}
        super().__init__(str(WHY[reason]), field="operations", details=details)
        self.reason = reason
        self.place = place


def spot_of(shape: Shape) -> Spot | None:
    """A point of a shape; None of an empty one."""
    if shape.is_empty:
        return None
    point = shapely.point_on_surface(shape)
    return float(point.x), float(point.y)


def width_of(shape: Shape) -> float:
    """How wide a shape is on the average: that of a strip of its area and border (metres)."""
    return float(2 * shape.area / shape.length) if shape.length else 0.0
