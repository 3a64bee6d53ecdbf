"""Finding surveys, and what of the city lies where a survey lies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.i18n import gettext as _
from core.importing import sql_file
from layers.models import BaseRole, Feature, Layer
from parcels.models import Parcel
from parcels.surveys.models import (
    Survey,
    SurveyChange,
    SurveyEvent,
    SurveyFile,
    SurveyFinding,
    SurveyProgress,
)

_HERE = Path(__file__).parent
_AROUND_M = 25.0
Box = Sequence[float]


@dataclass(frozen=True)
class Asked:
    """Which surveys somebody wants to see; None: any."""

    created_by: int | None = None
    state: str | None = None
    kind: str | None = None


def find_survey(session: Session, survey_id: int) -> Survey | None:
    """A survey by its number."""
    return session.get(Survey, survey_id)


def get_survey(session: Session, survey_id: int) -> Survey:
    """A survey by its number. Raises NotFound."""
    survey = find_survey(session, survey_id)
    if survey is None:
        raise NotFound(_("There is no such survey."))
    return survey


def list_surveys(session: Session, asked: Asked, *, most: int, before: int | None = None) -> list[Survey]:
    """Surveys, newest first."""
    query = select(Survey).order_by(Survey.id.desc()).limit(most)
    if asked.created_by is not None:
        query = query.where(Survey.created_by == asked.created_by)
    if asked.state is not None:
        query = query.where(Survey.state == asked.state)
    if asked.kind is not None:
        query = query.where(Survey.kind == asked.kind)
    if before is not None:
        query = query.where(Survey.id < before)
    return list(session.scalars(query))


def list_files(session: Session, survey_id: int) -> list[SurveyFile]:
    """A survey's files, newest first."""
    query = select(SurveyFile).where(SurveyFile.survey_id == survey_id)
    return list(session.scalars(query.order_by(SurveyFile.id.desc())))


def get_data_file(session: Session, survey_id: int) -> SurveyFile:
    """The file that is checked: the newest one of data."""
    return next(each for each in list_files(session, survey_id) if each.role == "data")


def list_findings(session: Session, survey_id: int, *, most: int | None = None) -> list[SurveyFinding]:
    """What the last check found, worst first."""
    order = text("array_position(ARRAY['error', 'lost', 'warning', 'repaired', 'info'], severity)")
    query = select(SurveyFinding).where(SurveyFinding.survey_id == survey_id)
    return list(session.scalars(query.order_by(order, SurveyFinding.id).limit(most)))


def list_changes(
    session: Session, survey_id: int, statuses: Sequence[str] = (), *, most: int | None = None
) -> list[SurveyChange]:
    """What a survey would change or has changed, group by group."""
    query = select(SurveyChange).where(SurveyChange.survey_id == survey_id)
    if statuses:
        query = query.where(SurveyChange.status.in_(statuses))
    return list(session.scalars(query.order_by(SurveyChange.group_no, SurveyChange.id).limit(most)))


def list_events(session: Session, survey_id: int) -> list[SurveyEvent]:
    """A survey's steps, oldest first."""
    query = select(SurveyEvent).where(SurveyEvent.survey_id == survey_id).order_by(SurveyEvent.id)
    return list(session.scalars(query))


def find_progress(session: Session, survey: Survey) -> SurveyProgress | None:
    """How far the survey's present check is."""
    found = session.get(SurveyProgress, survey.id)
    return found if found is not None and found.run == survey.run else None


def numbers_of(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Parcel numbers by id, of any day."""
    rows = session.execute(select(Parcel.id, Parcel.number).where(Parcel.id.in_(set(ids))))
    return {row.id: row.number for row in rows}


def olds_within(
    session: Session, srid: int, box: Box | None, versions: dict[int, int]
) -> Iterator[list[Any]]:
    """Today's parcels in a box (metres of the city's grid; None: all): id, number, shape in WKB, attributes.

    The version of each is noted in ``versions`` as it is read.
    """
    shape = func.encode(func.ST_AsBinary(Parcel.geom), "hex")
    query = (
        select(
            Parcel.id,
            Parcel.number,
            shape,
            Parcel.address,
            Parcel.street_id,
            Parcel.house_number,
            Parcel.land_use,
            Parcel.land_use_recorded,
            Parcel.area_official_m2,
            Parcel.properties,
            Parcel.version,
        )
        .where(Parcel.valid_to.is_(None))
        .order_by(Parcel.id)
    )
    if box is not None:
        query = query.where(func.ST_Intersects(Parcel.geom, func.ST_MakeEnvelope(*_wider(box), srid)))
    names = ("address", "street_id", "house_number", "land_use", "land_use_recorded", "area_official_m2")
    for row in session.execute(query):
        versions[row[0]] = row[10]
        attributes = dict(zip(names, row[3:9], strict=True))
        yield [row[0], row[1], row[2], {**attributes, "number": row[1], "properties": row[9]}]


def things_within(session: Session, srid: int, box: Box, role: BaseRole) -> list[list[str]]:
    """Features of the base map in a box: names in both languages, and the shape in WKB."""
    shape = func.encode(func.ST_AsBinary(Feature.geom), "hex")
    dimension = 1 if role is BaseRole.STREET else 2
    query = (
        select(Feature.name_fa, Feature.name_en, shape)
        .join(Layer, Layer.id == Feature.layer_id)
        .where(
            Layer.base_role == role.value,
            func.ST_Dimension(Feature.geom) == dimension,
            func.ST_Intersects(Feature.geom, func.ST_MakeEnvelope(*_wider(box), srid)),
        )
    )
    return [list(row) for row in session.execute(query)]


def _wider(box: Box) -> list[float]:
    west, south, east, north = box
    return [west - _AROUND_M, south - _AROUND_M, east + _AROUND_M, north + _AROUND_M]


def base_of(session: Session, survey_id: int) -> dict[str, int]:
    """Version by id of today's parcels that a survey speaks of, or that lie where it lays something."""
    rows = session.execute(sql_file(_HERE / "base_of_survey.sql"), {"survey": survey_id})
    return {str(row.id): row.version for row in rows}


def base_as_read(
    session: Session, survey_id: int, versions: dict[int, int], srid: int, box: Box | None
) -> dict[str, int]:
    """The same as the check read them, by ``versions``: others may have changed the city while it compared.

    What was closed since keeps its place, what came into the box since has none: both are found at approval.
    """
    now = {int(each): version for each, version in base_of(session, survey_id).items()}
    changed = select(SurveyChange.old_id, SurveyChange.parents).where(SurveyChange.survey_id == survey_id)
    spoken_of = {each for row in session.execute(changed) for each in (row.old_id, *row.parents)} | set(now)
    unread = sorted(set(now) - set(versions))
    here = select(Parcel.id).where(Parcel.id.in_(unread))
    if box is not None:
        here = here.where(func.ST_Intersects(Parcel.geom, func.ST_MakeEnvelope(*_wider(box), srid)))
    came = set(session.scalars(here))
    read = {each: versions[each] for each in spoken_of if each in versions}
    return {str(each): version for each, version in read.items()} | {
        str(each): now[each] for each in unread if each not in came
    }


def list_taken_numbers(session: Session, survey_id: int) -> list[tuple[int | None, str]]:
    """Numbers (with their features) that a survey gives and another parcel of today holds, which it leaves alone."""
    rows = session.execute(sql_file(_HERE / "taken_numbers.sql"), {"survey": survey_id})
    return [(row.feature, row.number) for row in rows]
