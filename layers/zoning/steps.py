"""How the buildable floor area comes about, step by step, as one would work it out on paper."""

from core.i18n import format_number, format_percent, ngettext
from core.i18n import gettext as _
from layers.zoning.queries import Rules
from layers.zoning.rules import Buildable

_NOTHING_M2 = 0.5


def steps(buildable: Buildable, rules: Rules) -> list[str]:
    """The working in the language spoken: floor-area ratio, coverage, setback, footprint times floors, the least."""
    told = []
    if buildable.by_far_m2 is not None and rules.far is not None:
        told.append(
            _(
                "Floor-area ratio: %(ratio)s × %(land)s m² of land = %(area)s m².",
                ratio=format_number(rules.far, 2),
                land=format_number(buildable.land_m2),
                area=format_number(buildable.by_far_m2),
            )
        )
    if buildable.covered_m2 is not None and rules.coverage is not None:
        told.append(
            _(
                "Coverage: %(percent)s of %(land)s m² = %(area)s m².",
                percent=format_percent(rules.coverage),
                land=format_number(buildable.land_m2),
                area=format_number(buildable.covered_m2),
            )
        )
    if buildable.inset_m2 is not None and rules.setback_m:
        told.append(_setback(buildable, buildable.inset_m2, rules.setback_m))
    if (
        buildable.by_coverage_m2 is not None
        and buildable.footprint_m2 is not None
        and rules.floors is not None
    ):
        told.append(_floors(buildable.footprint_m2, rules.floors, buildable.by_coverage_m2))
    if buildable.by_far_m2 is not None and buildable.by_coverage_m2 is not None:
        told.append(_the_least(buildable))
    return told


def _the_least(buildable: Buildable) -> str:
    area = format_number(buildable.floor_area_m2)
    if area == format_number(max(buildable.by_far_m2 or 0, buildable.by_coverage_m2 or 0)):
        return _("Both come to the same: %(area)s m².", area=area)
    return _("The smaller of the two binds: %(area)s m².", area=area)


def _setback(buildable: Buildable, inset_m2: float, setback_m: float) -> str:
    """What the setback leaves, and whether that or coverage sets the footprint."""
    if inset_m2 < _NOTHING_M2:
        return _(
            "Setback: after %(setback)s m of setback nothing of the land remains to be built on.",
            setback=format_number(setback_m, 1),
        )
    figures = {
        "setback": format_number(setback_m, 1),
        "inset": format_number(inset_m2),
        "land": format_number(buildable.land_m2),
    }
    if buildable.covered_m2 is None:
        return _("Setback: after %(setback)s m of setback %(inset)s m² of %(land)s m² remain.", **figures)
    figures["covered"] = format_number(buildable.covered_m2)
    if inset_m2 < buildable.covered_m2:
        return _(
            "Setback: after %(setback)s m of setback %(inset)s m² of %(land)s m² remain; coverage would allow "
            "%(covered)s m², so the footprint is what remains.",
            **figures,
        )
    return _(
        "Setback: after %(setback)s m of setback %(inset)s m² of %(land)s m² remain; coverage would allow "
        "%(covered)s m², which fits into it and is the footprint.",
        **figures,
    )


def _floors(footprint_m2: float, floors: int, area_m2: float) -> str:
    return ngettext(
        "Footprint times floors: %(footprint)s m² × %(n)s floor = %(area)s m².",
        "Footprint times floors: %(footprint)s m² × %(n)s floors = %(area)s m².",
        floors,
        footprint=format_number(footprint_m2),
        area=format_number(area_m2),
    )
