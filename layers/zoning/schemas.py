"""Zones, their classes and rules, as JSON."""

from collections.abc import Callable
from typing import Any

from core.i18n import LANGUAGES, speaking
from layers.schemas import names_json
from layers.zoning.queries import Rules, ZoneVersion
from layers.zoning.rules import Buildable, sentences
from layers.zoning.steps import steps


def rules_json(rules: Rules) -> dict[str, Any]:
    """The rules as the plan has them; ratios are fractions of the parcel's area, null means not limited.

    ``entered`` is false when nobody has typed the rules yet: then nothing else here may be relied on.
    """
    return {
        "entered": rules.is_entered,
        "permitted_uses": list(rules.permitted_uses),
        "conditional_uses": list(rules.conditional_uses),
        "prohibited_uses": list(rules.prohibited_uses),
        "floors": rules.floors,
        "height_m": rules.height_m,
        "coverage": rules.coverage,
        "far": rules.far,
        "setback_m": rules.setback_m,
        "article": rules.article,
    }


def sentences_json(rules: Rules, area_m2: float | None = None) -> dict[str, list[str]]:
    """The rules in plain words, in every language of the house."""
    return in_all_languages(lambda: sentences(rules, area_m2))


def in_all_languages(say: Callable[[], list[str]]) -> dict[str, list[str]]:
    """The same sentences in every language of the house."""
    told = {}
    for code in LANGUAGES:
        with speaking(code):
            told[code] = say()
    return told


def class_json(rules: Rules) -> dict[str, Any]:
    """One class of the plan."""
    return {
        "code": rules.code,
        "names": names_json(rules.name_fa, rules.name_en),
        "group": rules.group,
        "colour": rules.colour or None,
        "rules": rules_json(rules),
        "sentences": sentences_json(rules),
    }


def zone_json(zone: ZoneVersion) -> dict[str, Any]:
    """One zone between two days; a null day is "since ever" or "until further notice"."""
    return {
        "code": zone.rules.code,
        "names": names_json(zone.rules.name_fa, zone.rules.name_en),
        "rules": rules_json(zone.rules),
        "text": names_json(zone.rule_text_fa, zone.rule_text_en),
        "valid_from": zone.valid_from.isoformat() if zone.valid_from else None,
        "valid_to": zone.valid_to.isoformat() if zone.valid_to else None,
    }


def buildable_json(buildable: Buildable | None, rules: Rules) -> dict[str, Any] | None:
    """The buildable floor area and how it comes about, in m²; null when the rules do not tell.

    ``covered_m2`` is what coverage allows, ``inset_m2`` what is left inside the setback; the smaller of the two is the
    footprint, and ``by_coverage_m2`` that times the floors. ``steps`` says it in the languages of the house.
    """
    if buildable is None:
        return None
    return {
        "land_m2": round(buildable.land_m2, 2),
        "floor_area_m2": round(buildable.floor_area_m2, 2),
        "by_far_m2": _rounded(buildable.by_far_m2),
        "by_coverage_m2": _rounded(buildable.by_coverage_m2),
        "covered_m2": _rounded(buildable.covered_m2),
        "inset_m2": _rounded(buildable.inset_m2),
        "footprint_m2": _rounded(buildable.footprint_m2),
        "binding": buildable.binding,
        "steps": in_all_languages(lambda: steps(buildable, rules)),
    }


def _rounded(area_m2: float | None) -> float | None:
    return None if area_m2 is None else round(area_m2, 2)
