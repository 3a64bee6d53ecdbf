"""Surveys as data: JSON, and tables for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from core.i18n import LANGUAGES, speaking
from parcels.surveys.messages import mend, sentence
from parcels.surveys.models import (
    Survey,
    SurveyChange,
    SurveyEvent,
    SurveyFile,
    SurveyFinding,
    SurveyProgress,
)

# A cell that begins with one of these is a formula to a spreadsheet, whoever wrote it (OWASP).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
FINDING_COLUMNS = ("severity", "code", "feature", "member", "sentence", "mend", "lon", "lat")
CHANGE_COLUMNS = (
    "status", "relation", "group", "feature", "number", "parents", "fields", "is_shape_changed",
    "area_old_m2", "area_new_m2",
)  # fmt: skip


def survey_json(survey: Survey, files: Iterable[SurveyFile], events: Iterable[SurveyEvent]) -> dict[str, Any]:
    """A survey itself; times in UTC."""
    return {
        "id": survey.id,
        "kind": survey.kind,
        "state": survey.state,
        "version": survey.version,
        "title": survey.title,
        "created_at": survey.created_at.isoformat(),
        "checked_at": survey.checked_at.isoformat() if survey.checked_at else None,
        "approved_at": survey.approved_at.isoformat() if survey.approved_at else None,
        "valid_from": survey.valid_from.isoformat() if survey.valid_from else None,
        "answers": survey.answers,
        "question": survey.question,
        "summary": survey.summary,
        "files": [
            {"id": f.id, "role": f.role, "name": f.name, "bytes": f.bytes, "sha256": f.sha256} for f in files
        ],
        "events": [
            {"event": e.event, "from": e.source, "to": e.target, "at": e.at.isoformat(), **e.data}
            for e in events
        ],
    }


def progress_json(survey: Survey, progress: SurveyProgress | None) -> dict[str, Any]:
    """How far a check is; ``total`` is null where nobody knows yet."""
    told = {"state": survey.state, "version": survey.version, "step": "queued", "done": 0, "total": None}
    if progress is not None:
        told.update(step=progress.step, done=progress.done, total=progress.total)
    return told


def finding_json(finding: SurveyFinding) -> dict[str, Any]:
    """One finding, its sentences in every language."""
    told: dict[str, Any] = {
        "severity": finding.severity,
        "code": finding.code,
        "feature": finding.feature,
        "member": finding.member,
        "params": finding.params,
        "location": None if finding.lon is None else {"lon": finding.lon, "lat": finding.lat},
        "sentence": {},
        "mend": {},
    }
    for code in LANGUAGES:
        with speaking(code):
            told["sentence"][code] = sentence(finding.code, finding.params)
            told["mend"][code] = mend(finding.code, finding.params)
    return told


def change_json(change: SurveyChange, numbers: Mapping[int, str]) -> dict[str, Any]:
    """What becomes of one parcel; ``numbers`` are those of its parents by id."""
    return {
        "status": change.status,
        "relation": change.relation,
        "group": change.group_no,
        "feature": change.feature,
        "number": change.number or None,
        "parents": [numbers.get(each, "") for each in change.parents],
        "fields": change.fields,
        "is_shape_changed": change.is_shape_changed,
        "area_old_m2": change.area_old_m2,
        "area_new_m2": change.area_new_m2,
    }


def findings_csv(findings: Iterable[SurveyFinding]) -> str:
    """Findings as a table, in the language spoken now."""
    rows = (
        [
            f.severity,
            f.code,
            f.feature,
            f.member,
            sentence(f.code, f.params),
            mend(f.code, f.params),
            f.lon,
            f.lat,
        ]
        for f in findings
    )
    return _csv(FINDING_COLUMNS, rows)


def changes_csv(changes: Iterable[SurveyChange], numbers: Mapping[int, str]) -> str:
    """Changes as a table."""
    told = (change_json(change, numbers) for change in changes)
    return _csv(CHANGE_COLUMNS, ([_flat(each[name]) for name in CHANGE_COLUMNS] for each in told))


def _flat(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return "; ".join(
        f"{v['field']}: {v['old']} → {v['new']}" if isinstance(v, dict) else str(v) for v in value
    )


def _csv(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """With a mark at its beginning, so that Excel reads the Persian, and without a cell that would be a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([f"'{c}" if isinstance(c, str) and c.startswith(_FORMULA) else c for c in row])
    return "\ufeff" + buffer.getvalue()
