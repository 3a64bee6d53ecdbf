"""What may be built, in plain words and in square metres, from the rules of a zone class."""

from dataclasses import dataclass

from core.i18n import format_number, format_percent, ngettext
from core.i18n import gettext as _
from layers.words import isolated, join_words, land_use_name
from layers.zoning.queries import Rules

BY_FAR = "far"
BY_COVERAGE = "coverage"
BY_SETBACK = "setback"


@dataclass(frozen=True)
class Buildable:
    """How much floor area may be built on a piece of land, and which rule sets the limit.

    ``binding`` is ``far``, or where the footprint times the floors is less, ``coverage`` or ``setback``: whichever
    leaves the smaller footprint. ``covered_m2`` is what coverage allows of the land, ``inset_m2`` what the setback
    leaves of it. Areas in m², None where the class does not set that rule.
    """

    land_m2: float
    floor_area_m2: float
    by_far_m2: float | None
    by_coverage_m2: float | None
    footprint_m2: float | None
    binding: str
    covered_m2: float | None = None
    inset_m2: float | None = None


def buildable_on(area_m2: float, rules: Rules, inset_m2: float | None = None) -> Buildable | None:
    """The floor area that may be built on ``area_m2`` of land, of which the setback leaves ``inset_m2``.

    None when the rules do not tell.
    """
    if not rules.is_entered:
        return None
    covered = None if rules.coverage is None else area_m2 * rules.coverage
    footprint, leaves_least = _least((covered, BY_COVERAGE), (inset_m2, BY_SETBACK))
    by_far = None if rules.far is None else area_m2 * rules.far
    by_footprint = None if footprint is None or rules.floors is None else footprint * rules.floors
    least, binding = _least((by_far, BY_FAR), (by_footprint, leaves_least))
    if least is None:
        return None
    return Buildable(area_m2, least, by_far, by_footprint, footprint, binding, covered, inset_m2)


def _least(*limits: tuple[float | None, str]) -> tuple[float | None, str]:
    """The smallest of the limits that are set, with its name; of equal ones the first."""
    least: tuple[float | None, str] = (None, "")
    for limit, name in limits:
        # Ratios are decimal fractions: 0.6 × 4 and 2.4 differ by rounding only.
        if limit is not None and (least[0] is None or limit < least[0] * (1 - 1e-9)):
            least = limit, name
    return least


def sentences(rules: Rules, area_m2: float | None = None) -> list[str]:
    """The rules of a class as sentences in the language spoken, with this land's own figures if its area is given."""
    if not rules.is_entered:
        return [
            _(
                "The building rules of this zone have not been entered yet. "
                "Please ask the municipality before you plan anything."
            )
        ]
    told = [*_uses(rules), *_size(rules, area_m2)]
    if not told:
        told = [_("The plan sets no limits on building for this zone.")]
    if rules.article:
        told.append(_("Source: %(article)s.", article=isolated(rules.article)))
    return told


def _uses(rules: Rules) -> list[str]:
    told = []
    if rules.permitted_uses:
        told.append(_("Permitted uses: %(uses)s.", uses=_named(rules.permitted_uses)))
    if rules.conditional_uses:
        told.append(_("Only on conditions: %(uses)s.", uses=_named(rules.conditional_uses)))
    if rules.prohibited_uses:
        told.append(_("Not permitted: %(uses)s.", uses=_named(rules.prohibited_uses)))
    return told


def _named(uses: tuple[str, ...]) -> str:
    return join_words([land_use_name(use).lower() for use in uses])


def _size(rules: Rules, area_m2: float | None) -> list[str]:
    told = []
    if rules.floors is not None:
        told.append(
            ngettext(
                "Up to %(n)s floor above the pilotis.", "Up to %(n)s floors above the pilotis.", rules.floors
            )
        )
    if rules.height_m is not None:
        told.append(_("No higher than %(height)s metres.", height=format_number(rules.height_m, 1)))
    if rules.coverage is not None:
        told.append(_coverage(rules.coverage, area_m2))
    if rules.far is not None:
        told.append(_far(rules.far, area_m2))
    if rules.setback_m:
        told.append(
            _(
                "Keep %(setback)s metres back from the parcel's edge.",
                setback=format_number(rules.setback_m, 1),
            )
        )
    elif rules.setback_m == 0:
        told.append(_("No setback is needed."))
    return told


def _coverage(coverage: float, area_m2: float | None) -> str:
    percent = format_percent(coverage)
    if area_m2 is None:
        return _("The building may cover %(percent)s of the parcel.", percent=percent)
    covered = format_number(area_m2 * coverage)
    return _("The building may cover %(percent)s of the parcel (%(area)s m²).", percent=percent, area=covered)


def _far(far: float, area_m2: float | None) -> str:
    percent, ratio = format_percent(far), format_number(far, 2)
    if area_m2 is None:
        return _(
            "Floor area up to %(percent)s (%(ratio)s × the parcel's area).", percent=percent, ratio=ratio
        )
    return _(
        "Floor area up to %(percent)s (%(ratio)s × the parcel's area = %(area)s m²).",
        percent=percent,
        ratio=ratio,
        area=format_number(area_m2 * far),
    )


def why_limited(buildable: Buildable) -> str:
    """One sentence saying which rule sets the buildable floor area, worked out step by step."""
    far = None if buildable.by_far_m2 is None else format_number(buildable.by_far_m2)
    covered = None if buildable.by_coverage_m2 is None else format_number(buildable.by_coverage_m2)
    if buildable.binding == BY_SETBACK:
        return _(
            "The setback sets the limit: what it leaves of the parcel, times the floors, is %(covered)s m².",
            covered=covered,
        )
    if far is None:
        return _("Coverage times floors sets the limit: %(covered)s m².", covered=covered)
    if covered is None:
        return _("The floor-area ratio sets the limit: %(far)s m².", far=far)
    if far == covered:
        return _("The floor-area ratio and coverage times floors allow the same: %(far)s m².", far=far)
    if buildable.binding == BY_FAR:
        return _(
            "The floor-area ratio sets the limit: it allows %(far)s m², coverage times floors %(covered)s m².",
            far=far,
            covered=covered,
        )
    return _(
        "Coverage times floors sets the limit: it allows %(covered)s m², the floor-area ratio %(far)s m².",
        far=far,
        covered=covered,
    )
