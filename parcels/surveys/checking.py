"""The check of a survey, a job of the queue: read the file, hold it against the city, and write down what was found."""

from pathlib import Path
from typing import Any

from geoalchemy2 import WKBElement
from sqlalchemy import Connection, delete, func, insert, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from core import jobs
from core.audit import JOB
from core.workflow import Mover
from layers.boundary import get_city, near_box
from layers.models import BaseRole
from parcels.surveys import queries
from parcels.surveys.columns import remembered, signature_of
from parcels.surveys.features import read_lines, write_lines
from parcels.surveys.limits import CHECK, CheckLimits
from parcels.surveys.messages import severity_of
from parcels.surveys.models import Survey, SurveyChange, SurveyFinding, SurveyProgress
from parcels.surveys.room import key_of, room
from parcels.surveys.states import Event, Kind, Party, State
from parcels.surveys.step_compare import CHANGES, OLDS
from parcels.surveys.workflow import take
from parcels.surveys.workshop import CheckCrashed, Tell, Workshop, open_workshop

TASK = "surveys.check"
_AT_ONCE = 1000
ASKS = {
    "crs.missing": "crs",
    "crs.not_said": "crs",
    "crs.unreadable": "crs",
    "crs.outside": "crs",
    "layer.which": "member",
    "layer.missing": "member",
    "encoding.wrong": "encoding",
    "encoding.contradicts": "encoding",
    "encoding.unclear": "encoding",
    "encoding.no_such": "encoding",
}
"""Refusals that the surveyor can answer, and by what."""

Found = list[dict[str, Any]]


@jobs.task(TASK, attempts=3)
def check(session: Session, survey_id: int, run: int, limits: CheckLimits = CHECK) -> None:
    """Check a survey. One that was sent anew, answered or withdrawn meanwhile is left to the later check, or alone."""
    survey = queries.find_survey(session, survey_id)
    if survey is None or survey.run != run or survey.state != State.CHECKING:
        return
    tell = _teller(session, survey)
    found: Found = []
    versions: dict[int, int] = {}
    question: dict[str, Any] | None = None
    summary: dict[str, Any] = {}
    with open_workshop(limits) as shop:
        try:
            summary, question = _check(session, survey, shop, tell, found, versions)
        except CheckCrashed as crash:
            found.append({"code": crash.code, "params": {"cause": crash.cause}})
        session.refresh(survey, with_for_update=True)
        if survey.run != run or survey.state != State.CHECKING:
            return
        _write_changes(session, survey, shop.folder if "counts" in summary else None)
    if "counts" in summary:
        for feature, number in queries.list_taken_numbers(session, survey.id):
            found.append({"code": "number.taken", "feature": feature, "params": {"number": number}})
        box = _box_of(survey, summary["bounds"])
        survey.base = queries.base_as_read(session, survey.id, versions, get_city(session).srid, box)
    _write_findings(session, survey, found)
    survey.summary, survey.question = {**summary, "of_each": _of_each(found, summary)}, question
    survey.checked_at = func.now()
    session.flush()
    event = Event.ASK if question is not None else Event.FINISH
    take(session, survey, event, Mover(JOB, frozenset({Party.CHECK})), seen=None)


def _check(
    session: Session, survey: Survey, shop: Workshop, tell: Tell, found: Found, versions: dict[int, int]
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The summary, and what has to be asked; findings are added to ``found``, parcels read to ``versions``."""
    read = _read(session, survey, shop, tell)
    if "refused" in read:
        refused = read["refused"]
        found.append(refused)
        asks = ASKS.get(refused["code"])
        return {}, {"asks": asks, **read.get("choices", {})} if asks else None
    found += read["findings"]
    summary = {name: read[name] for name in ("fields", "crs", "member", "bounds")} | {"read": read["counts"]}
    compared = _compare(session, survey, shop, tell, read, found, versions)
    if "asks" in compared:
        return summary, {"asks": "columns", "sample": compared["sample"]}
    found += compared["findings"]
    of_each = {**read["of_each"], **compared["of_each"]}
    return {**summary, "mapping": compared["mapping"], **compared["numbers"], "of_each": of_each}, None


def _read(session: Session, survey: Survey, shop: Workshop, tell: Tell) -> dict[str, Any]:
    file = queries.get_data_file(session, survey.id)
    city = get_city(session)
    near = near_box(session)
    said = {name: survey.answers.get(name) for name in ("member", "encoding", "crs")}
    key = key_of(file.sha256, said, city.srid, near)
    kept = room().find_read(key, shop.folder)
    if kept is not None:
        return kept
    name = "upload" + Path(file.name).suffix.lower()
    (shop.folder / name).write_bytes(room().documents.read(file.sha256))
    read = shop.do("read", {"file": name, "srid": city.srid, "near": near, **said}, tell)
    if "refused" not in read:
        room().keep_read(key, shop.folder, read)
    return read


def _compare(
    session: Session,
    survey: Survey,
    shop: Workshop,
    tell: Tell,
    read: dict[str, Any],
    found: Found,
    versions: dict[int, int],
) -> dict[str, Any]:
    city = get_city(session)
    bounds = read["bounds"]
    olds = queries.olds_within(session, city.srid, _box_of(survey, bounds), versions)
    write_lines(shop.folder / OLDS, olds)
    columns = survey.answers.get("columns")
    if columns is None:
        columns = remembered(session, survey.created_by, signature_of(read["fields"]))
        if columns is not None:
            found.append({"code": "columns.remembered", "params": {}})
    boundary = session.scalar(
        text("SELECT encode(ST_AsBinary(boundary), 'hex') FROM city WHERE NOT boundary_is_hull")
    )
    asked = {
        "kind": survey.kind,
        "fields": read["fields"],
        "columns": columns,
        "srid": city.srid,
        "boundary": boundary,
        "close_gaps_m": survey.answers.get("close_gaps_m"),
        "parks": queries.things_within(session, city.srid, bounds, BaseRole.GREEN),
        "streets": queries.things_within(session, city.srid, bounds, BaseRole.STREET),
    }
    return shop.do("compare", asked, tell)


def _box_of(survey: Survey, bounds: queries.Box) -> queries.Box | None:
    """Where the city is read: a file that tells of the whole city is held against all of it."""
    return None if survey.kind == Kind.UPDATE else bounds


def _write_changes(session: Session, survey: Survey, folder: Path | None) -> None:
    session.execute(delete(SurveyChange).where(SurveyChange.survey_id == survey.id))
    if folder is None:
        return
    srid = get_city(session).srid
    batch: list[dict[str, Any]] = []
    for row in read_lines(folder / CHANGES):
        shape = row.pop("geom")
        batch.append({**row, "survey_id": survey.id, "geom": _element(shape, srid)})
        if len(batch) >= _AT_ONCE:
            _insert(session, batch)
            batch = []
    _insert(session, batch)


def _element(shape: str | None, srid: int) -> WKBElement | None:
    return WKBElement(bytes.fromhex(shape), srid=srid) if shape else None


def _insert(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(SurveyChange), rows)


def _write_findings(session: Session, survey: Survey, found: Found) -> None:
    session.execute(delete(SurveyFinding).where(SurveyFinding.survey_id == survey.id))
    rows = []
    for each in found:
        params = each.get("params") or {}
        where = each.get("where") or (None, None)
        rows.append(
            {
                "survey_id": survey.id,
                "code": each["code"],
                "severity": severity_of(each["code"], params).value,
                "feature": each.get("feature"),
                "member": each.get("member"),
                "params": params,
                "lon": where[0],
                "lat": where[1],
            }
        )
    if rows:
        session.execute(insert(SurveyFinding), rows)


def _of_each(found: Found, summary: dict[str, Any]) -> dict[str, int]:
    """How many findings of each code there are, be they written down or only counted."""
    counted: dict[str, int] = {}
    for each in found:
        counted[each["code"]] = counted.get(each["code"], 0) + 1
    return {**counted, **summary.get("of_each", {})}


def _teller(session: Session, survey: Survey) -> Tell:
    """Tells how far the check is in a transaction of its own, so that it is seen while the check's own runs."""
    survey_id, run, bind = survey.id, survey.run, session.get_bind()

    def tell(step: str, done: int, total: int | None) -> None:
        values = {"survey_id": survey_id, "run": run, "step": step, "done": done, "total": total}
        fresh = upsert(SurveyProgress).values(values)
        statement = fresh.on_conflict_do_update(
            index_elements=[SurveyProgress.survey_id], set_={**values, "at": func.now()}
        )
        if isinstance(bind, Connection):
            session.execute(statement)  # a test's own transaction, which nobody else sees anyway
            return
        with bind.begin() as connection:
            connection.execute(statement)

    return tell
