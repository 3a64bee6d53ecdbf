"""The words of a pre-check in the language spoken, made from its codes and figures whenever it is shown."""

import math
from collections.abc import Callable

from babel.support import LazyProxy

from core.i18n import format_number, format_percent, lazy_gettext, ngettext
from core.i18n import gettext as _
from layers.schemas import name_of
from layers.words import isolated, land_use_name
from permits.precheck.checks import Check, Finding, Outcome, Reason, Rule

RULE_NAMES: dict[Rule, LazyProxy] = {
    Rule.INSIDE: lazy_gettext("Inside the parcel"),
    Rule.FLOORS_TIMES_FOOTPRINT: lazy_gettext("Floor area and floors"),
    Rule.DRAWN_AND_TYPED: lazy_gettext("Drawn and typed footprint"),
    Rule.ZONING: lazy_gettext("Zoning"),
    Rule.USE: lazy_gettext("Use"),
    Rule.FLOORS: lazy_gettext("Number of floors"),
    Rule.HEIGHT: lazy_gettext("Height"),
    Rule.COVERAGE: lazy_gettext("Coverage"),
    Rule.FAR: lazy_gettext("Floor-area ratio"),
    Rule.SETBACK: lazy_gettext("Setback"),
}
OUTCOME_NAMES: dict[Outcome, LazyProxy] = {
    Outcome.PASS: lazy_gettext("Passes"),
    Outcome.FAIL: lazy_gettext("Fails"),
    Outcome.UNKNOWN: lazy_gettext("Cannot tell"),
    Outcome.CONSENT: lazy_gettext("Needs consent"),
}
_AREA_DECIMALS, _LENGTH_DECIMALS = 2, 3


def sentence_of(check: Check) -> str:
    """What a check found, in one or two sentences with its figures."""
    said = _REASONS.get(check.reason)
    return said(check) if said else _RULES[check.rule](check)


def article_of(check: Check) -> str:
    """Where the rule stands, to be put after its sentence; empty when the class names no article."""
    return _("Source: %(article)s.", article=isolated(check.article)) if check.article else ""


def finding_sentence(finding: Finding) -> str:
    """What an overlay touches."""
    layer, name = name_of(finding.layer_fa, finding.layer_en), name_of(finding.name_fa, finding.name_en)
    told = f"{layer} ({name})" if name and name != layer else layer
    area = _at_least_shown(finding.area_m2)
    if finding.is_drawn:
        return _("%(overlay)s covers %(area)s m² of the drawn footprint.", overlay=told, area=area)
    return _(
        "%(overlay)s covers %(area)s m² of the parcel. Draw the footprint to see whether it touches the building.",
        overlay=told,
        area=area,
    )


def summary_of(failed: int, unknown: int, consent: int) -> str:
    """How a pre-check ended, in one sentence."""
    if failed:
        return ngettext(
            "%(n)s rule is not kept. You can still apply, and say why.",
            "%(n)s rules are not kept. You can still apply, and say why.",
            failed,
        )
    if consent:
        return _("Nothing breaks a rule, but the use needs the commission's consent.")
    if unknown:
        return _("Nothing breaks a rule as far as can be told.")
    return _("The proposal keeps every rule.")


def _not_said(check: Check) -> str:
    if check.rule is Rule.USE or check.allowed is None:
        return _("The use was not said, so this cannot be told.")
    return {
        Rule.FLOORS: _("The number of floors was not said. %(limit)s", limit=_limit(check)),
        Rule.HEIGHT: _("The height was not said. %(limit)s", limit=_limit(check)),
        Rule.COVERAGE: _("The footprint was neither drawn nor typed. %(limit)s", limit=_limit(check)),
        Rule.FAR: _("The floor area was not said. %(limit)s", limit=_limit(check)),
    }[check.rule]


def _not_drawn(check: Check) -> str:
    if check.rule is Rule.INSIDE:
        return _("Draw the footprint on the map to see whether it lies inside the parcel.")
    if check.rule is Rule.SETBACK:
        return _(
            "Draw the footprint on the map to see whether it keeps the distance. %(limit)s",
            limit=_limit(check),
        )
    if check.allowed is None:
        return _("The parcel lies in several zones. Draw the footprint to see in which of them it stands.")
    return _(
        "The parcel lies in several zones. Draw the footprint to see what of it stands in this one. %(limit)s",
        limit=_limit(check),
    )


def _no_limit(check: Check) -> str:
    return {
        Rule.USE: _("The plan does not limit the use here."),
        Rule.FLOORS: _("The plan does not limit the number of floors here."),
        Rule.HEIGHT: _("The plan does not limit the height here."),
        Rule.COVERAGE: _("The plan does not limit the coverage here."),
        Rule.FAR: _("The plan does not limit the floor area here."),
        Rule.SETBACK: _("No setback is needed."),
    }[check.rule]


def _limit(check: Check) -> str:
    """What the rule allows, in a sentence of its own."""
    if check.rule is Rule.FLOORS:
        return ngettext(
            "Up to %(n)s floor is allowed.", "Up to %(n)s floors are allowed.", int(check.allowed or 0)
        )
    if check.rule is Rule.HEIGHT:
        return _("Up to %(height)s m is allowed.", height=_down(check.allowed, _LENGTH_DECIMALS))
    if check.rule is Rule.SETBACK:
        return _("At least %(setback)s m is needed.", setback=_up(check.allowed, _LENGTH_DECIMALS))
    area = _down(check.allowed, _AREA_DECIMALS)
    percent = format_percent(check.ratio or 0)
    return _("Up to %(area)s m² is allowed (%(percent)s of the land).", area=area, percent=percent)


def _inside(check: Check) -> str:
    if check.outcome is Outcome.PASS:
        return _("The drawn footprint lies inside the parcel.")
    return _(
        "%(area)s m² of the drawn footprint lies outside the parcel.",
        area=_at_least_shown(check.proposed or 0),
    )


def _floors_times_footprint(check: Check) -> str:
    told = {"floor_area": _up(check.proposed, _AREA_DECIMALS), "most": _down(check.allowed, _AREA_DECIMALS)}
    if check.outcome is Outcome.PASS:
        return _("%(floor_area)s m² of floor area fits: footprint times floors is %(most)s m².", **told)
    return _(
        "The figures contradict each other: %(floor_area)s m² of floor area, but footprint times floors is only"
        " %(most)s m².",
        **told,
    )


def _drawn_and_typed(check: Check) -> str:
    told = {"drawn": format_number(check.allowed or 0, 1), "typed": format_number(check.proposed or 0, 1)}
    if check.outcome is Outcome.PASS:
        return _("The drawn footprint (%(drawn)s m²) and the typed one (%(typed)s m²) agree.", **told)
    return _(
        "The figures contradict each other: the drawn footprint is %(drawn)s m², the typed one %(typed)s m².",
        **told,
    )


def _zoning(check: Check) -> str:
    if check.proposed is None:
        return _("There is no zone on this parcel on this day, so its rules cannot be told.")
    return _(
        "%(area)s m² of the drawn footprint stands where no zone is recorded.",
        area=_at_least_shown(check.proposed),
    )


def _use(check: Check) -> str:
    use = land_use_name(check.use)
    if check.outcome is Outcome.PASS:
        return _("The use “%(use)s” is permitted.", use=use)
    if check.outcome is Outcome.CONSENT:
        return _("The use “%(use)s” is conditional: it needs the commission's consent.", use=use)
    return _("The use “%(use)s” is not permitted.", use=use)


def _floors(check: Check) -> str:
    proposed = ngettext("%(n)s floor is proposed.", "%(n)s floors are proposed.", int(check.proposed or 0))
    return f"{proposed} {_limit(check)}"


def _height(check: Check) -> str:
    proposed = _("%(height)s m is proposed.", height=_up(check.proposed, _LENGTH_DECIMALS))
    return f"{proposed} {_limit(check)}"


def _coverage(check: Check) -> str:
    proposed = _("The footprint is %(area)s m².", area=_up(check.proposed, _AREA_DECIMALS))
    return f"{proposed} {_limit(check)}"


def _far(check: Check) -> str:
    proposed = _("The floor area is %(area)s m².", area=_up(check.proposed, _AREA_DECIMALS))
    return f"{proposed} {_limit(check)}"


def _setback(check: Check) -> str:
    if not check.proposed:
        reached = _("The footprint reaches the edge of the parcel.")
        return f"{reached} {_limit(check)}"
    kept = _(
        "The footprint comes as near as %(distance)s m to the parcel's edge.",
        distance=_down(check.proposed, _LENGTH_DECIMALS),
    )
    return f"{kept} {_limit(check)}"


_RULES: dict[Rule, Callable[[Check], str]] = {
    Rule.INSIDE: _inside,
    Rule.FLOORS_TIMES_FOOTPRINT: _floors_times_footprint,
    Rule.DRAWN_AND_TYPED: _drawn_and_typed,
    Rule.ZONING: _zoning,
    Rule.USE: _use,
    Rule.FLOORS: _floors,
    Rule.HEIGHT: _height,
    Rule.COVERAGE: _coverage,
    Rule.FAR: _far,
    Rule.SETBACK: _setback,
}
_REASONS: dict[Reason, Callable[[Check], str]] = {
    Reason.NOT_SAID: _not_said,
    Reason.NOT_DRAWN: _not_drawn,
    Reason.NO_LIMIT: _no_limit,
    Reason.NOT_NAMED: lambda check: _(
        "The plan does not name the use “%(use)s” for this zone. Please ask the municipality.",
        use=land_use_name(check.use),
    ),
    Reason.NOT_ENTERED: lambda _check: _("The building rules of this zone have not been entered yet."),
    Reason.NO_DATA: lambda _check: _("This city holds no zoning yet, so no rule can be told."),
}


def _down(value: float | None, decimals: int) -> str:
    """A limit, never shown as more than it is. (A billionth is what a float may be off.)"""
    scale = 10**decimals
    return format_number(math.floor((value or 0) * scale + 1e-6) / scale, decimals)


def _up(value: float | None, decimals: int) -> str:
    """What is proposed, never shown as less than it is: else what fails could look as if it passed."""
    scale = 10**decimals
    return format_number(math.ceil((value or 0) * scale - 1e-6) / scale, decimals)


def _at_least_shown(area_m2: float) -> str:
    """An area that is there is never shown as nought."""
    return _up(area_m2, _AREA_DECIMALS)
