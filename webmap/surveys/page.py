"""One survey as its page shows it."""

from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from accounts.models import Person
from accounts.queries import emails_of
from core.i18n import gettext as _
from layers.words import isolated, land_use_name
from parcels.surveys import queries
from parcels.surveys.messages import mend, sentence
from parcels.surveys.models import (
    Survey,
    SurveyChange,
    SurveyEvent,
    SurveyFile,
    SurveyFinding,
    SurveyProgress,
)
from parcels.surveys.services import parties_of
from parcels.surveys.states import Event, State, Status
from parcels.surveys.workflow import OPEN, WORKFLOW
from webmap.surveys.picture import Pictures, draw_candidates, draw_pictures
from webmap.surveys.words import FIELDS

MOST_FINDINGS = 200
MOST_CHANGES = 200
_SHOWN = (Status.ADDED.value, Status.CHANGED.value, Status.REMOVED.value)


@dataclass(frozen=True)
class FindingRow:
    """A finding with its sentences in the language spoken."""

    finding: SurveyFinding
    sentence: str
    mend: str


@dataclass(frozen=True)
class FindingGroup:
    """Findings of one code; ``more`` are counted but not listed."""

    severity: str
    code: str
    rows: list[FindingRow]
    count: int

    @property
    def more(self) -> int:
        """How many are not listed here."""
        return max(0, self.count - len(self.rows))


@dataclass
class SurveyPage:
    """Everything that the page of a survey tells."""

    survey: Survey
    files: list[SurveyFile]
    events: list[SurveyEvent]
    people: dict[int, str]
    progress: SurveyProgress | None
    findings: list[FindingGroup]
    errors: int
    changes: list[SurveyChange]
    changes_in_all: int
    numbers: dict[int, str]
    steps: frozenset[Event]
    is_own: bool
    pictures: Pictures | None
    columns: list[str] = field(default_factory=list)
    thumbnails: dict[int, str] = field(default_factory=dict)

    def may(self, event: str) -> bool:
        """Whether whoever looks may take this step now."""
        return event in self.steps

    @property
    def is_open(self) -> bool:
        """Whether something may still come of it."""
        return self.survey.state in OPEN

    @property
    def counts(self) -> dict[str, int]:
        """How many parcels by what becomes of them."""
        found: dict[str, int] = self.survey.summary.get("counts", {})
        return found


def read_page(session: Session, person: Person, survey: Survey) -> SurveyPage:
    """Read it all."""
    events = queries.list_events(session, survey.id)
    findings = queries.list_findings(session, survey.id)
    changes = queries.list_changes(session, survey.id, _SHOWN, most=MOST_CHANGES)
    numbers = queries.numbers_of(session, [each for change in changes for each in change.parents])
    parties = parties_of(person, survey)
    counts = survey.summary.get("counts", {})
    people = {
        survey.created_by,
        survey.submitted_by,
        survey.decided_by,
        *(event.actor_id for event in events),
    }
    return SurveyPage(
        survey=survey,
        files=queries.list_files(session, survey.id),
        events=events,
        people=emails_of(session, people),
        progress=queries.find_progress(session, survey) if survey.state == State.CHECKING else None,
        findings=_grouped(findings, survey.summary.get("of_each", {})),
        errors=sum(finding.severity == "error" for finding in findings),
        changes=changes,
        changes_in_all=sum(counts.get(status, 0) for status in _SHOWN),
        numbers=numbers,
        steps=frozenset(Event(line.event) for line in WORKFLOW.list_steps(State(survey.state), parties)),
        is_own=survey.created_by == person.id,
        pictures=draw_pictures(session, survey, findings) if changes else None,
        thumbnails=_thumbnails(session, survey),
        columns=[each[0] for each in survey.summary.get("fields", [])],
    )


def _thumbnails(session: Session, survey: Survey) -> dict[int, str]:
    question = survey.question or {}
    return draw_candidates(session, question.get("candidates", [])) if question.get("asks") == "crs" else {}


def _grouped(findings: list[SurveyFinding], of_each: dict[str, int]) -> list[FindingGroup]:
    """By severity and code, the worst first; of each code as many as one reads."""
    order = ["error", "lost", "warning", "repaired", "info"]
    ordered = sorted(findings, key=lambda finding: (order.index(finding.severity), finding.code, finding.id))
    groups = []
    for (severity, code), members in groupby(ordered, key=lambda finding: (finding.severity, finding.code)):
        listed = list(members)
        rows = [
            FindingRow(f, sentence(f.code, f.params), mend(f.code, f.params)) for f in listed[:MOST_FINDINGS]
        ]
        groups.append(FindingGroup(severity, code, rows, max(of_each.get(code, 0), len(listed))))
    return groups


def field_name(name: str) -> str:
    """A field's name in the language spoken; a column of the file is called as it is there."""
    known = FIELDS.get(name)
    return str(known) if known is not None else isolated(name.removeprefix("properties."))


def field_value(name: str, value: Any) -> str:
    """A field's value as people read it."""
    if value is None or value == "":
        return _("empty")
    return land_use_name(str(value)) if name == "land_use" else isolated(str(value))
