"""A pre-check as a page shows it: its lines in the order of the checks, each with an icon, a word and a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
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
    """One line. ``place`` is its number, as the map's features name it; ``mark`` is that in the picture, if any."""

    place: int
    outcome: str
    icon: str
    word: str
    name: str
    sentence: str
    article: str
    zone: str
    mark: int | None


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
    marks = count(1)
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
            mark=next(marks) if check.where is not None else None,
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
        findings=_findings(precheck, marks),
        shapes=map_json(precheck, srid),
    )


def _findings(precheck: Precheck, marks: Iterator[int]) -> list[Line]:
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
            mark=next(marks) if finding.where is not None else None,
        )
        for place, finding in enumerate(precheck.findings, start=len(precheck.checks))
    ]
