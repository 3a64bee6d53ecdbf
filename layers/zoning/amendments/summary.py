"""What an amendment changes, in numbers: the ground under each class before and after, and zone by zone."""

from dataclasses import dataclass

from layers.zoning.amendments.drafts import Draft


@dataclass(frozen=True)
class ClassChange:
    """The ground under one class among the zones of the amendment, in m²."""

    code: str
    before_m2: float
    after_m2: float

    @property
    def change_m2(self) -> float:
        """How much more it becomes; negative: less."""
        return round(self.after_m2 - self.before_m2, 3) + 0.0  # never minus nothing


@dataclass(frozen=True)
class ZoneChange:
    """One zone that changes; None before: it is new, None after: it goes. Areas in m²."""

    key: str
    code_before: str | None
    code_after: str | None
    before_m2: float | None
    after_m2: float | None


def by_class(base: Draft, draft: Draft) -> list[ClassChange]:
    """The ground under each class of the zones that change, by code, without neighbours that only get corners."""
    before, after = _areas(base, draft), _areas(draft, base)
    codes = sorted(before.keys() | after.keys())
    return [ClassChange(code, before.get(code, 0.0), after.get(code, 0.0)) for code in codes]


def _areas(draft: Draft, other: Draft) -> dict[str, float]:
    areas: dict[str, float] = {}
    for key in draft.list_changed(other):
        zone = draft.zones.get(key)
        if zone is not None and zone.is_editable:
            areas[zone.class_code] = areas.get(zone.class_code, 0.0) + float(zone.shape.area)
    return areas


def by_zone(base: Draft, draft: Draft) -> list[ZoneChange]:
    """The zones that change, in order; neighbours whose border only got a corner are left out."""
    changes = []
    for key in draft.list_changed(base):
        old, new = base.zones.get(key), draft.zones.get(key)
        if any(zone is not None and zone.is_editable for zone in (old, new)):
            changes.append(
                ZoneChange(
                    key,
                    old.class_code if old else None,
                    new.class_code if new else None,
                    float(old.shape.area) if old else None,
                    float(new.shape.area) if new else None,
                )
            )
    return changes
