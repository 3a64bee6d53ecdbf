"""A pre-check as a page shows it: its lines in the order of the checks, each with an icon, a word and a sentence."""

from dataclasses import dataclass
from typing import Any

from core.i18n import gettext as _
from permits.precheck.checks import Outcome, Precheck
from permits.precheck.schemas import map_json
from permits.precheck.sentences import (
    OUTCOME_NAMES,
    RULE_NAMES,
    article_of,
    finding_sentence,
    sentence_of,
    summary_of,
)

_ICONS = {
    Outcome.PASS: "check",
    Outcome.FAIL: "x",
    Outcome.UNKNOWN: "info",
    Outcome.CONSENT: "message-square",
}


@dataclass(frozen=True)
class Line:
    """One line. ``place`` is its number, as the map's features name it; ``is_on_map``: there is such a feature."""

    place: int
    outcome: str
    icon: str
    word: str
    name: str
    sentence: str
    article: str
    zone: str
    is_on_map: bool


@dataclass(frozen=True)
class Told:
    """What the page shows: a summary, the land's own lines, each zone's, the overlays', and the map's GeoJSON."""

    summary: str
    is_failing: bool
    land: list[Line]
    zones: list[tuple[str, list[Line]]]
    findings: list[Line]
    shapes: dict[str, Any]


def told_on_page(precheck: Precheck, srid: int) -> Told:
    """The pre-check in the language spoken; ``srid`` is the city's, in which its shapes are."""
    lines = [
        Line(
            place=place,
            outcome=check.outcome.value,
            icon=_ICONS[check.outcome],
            word=str(OUTCOME_NAMES[check.outcome]),
            name=str(RULE_NAMES[check.rule]),
            sentence=sentence_of(check),
            article=article_of(check),
            zone=check.zone,
            is_on_map=check.where is not None,
        )
        for place, check in enumerate(precheck.checks)
    ]
    zones = list(dict.fromkeys(line.zone for line in lines if line.zone))
    counts = (precheck.count(each) for each in (Outcome.FAIL, Outcome.UNKNOWN, Outcome.CONSENT))
    return Told(
        summary=summary_of(*counts),
        is_failing=bool(precheck.failed),
        land=[line for line in lines if not line.zone],
        zones=[(zone, [line for line in lines if line.zone == zone]) for zone in zones],
        findings=_findings(precheck),
        shapes=map_json(precheck, srid),
    )


def _findings(precheck: Precheck) -> list[Line]:
    return [
        Line(
            place=place,
            outcome="finding",
            icon="triangle-alert",
            word=_("To know"),
            name=_("Overlay"),
            sentence=finding_sentence(finding),
            article="",
            zone="",
            is_on_map=finding.where is not None,
        )
        for place, finding in enumerate(precheck.findings, start=len(precheck.checks))
    ]
