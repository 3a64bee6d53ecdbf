"""What this room tells the others of surveys, called once by ``webmap.wiring``."""

from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from accounts.models import Person
from accounts.privacy import own_data
from core.documents.services import register_use
from parcels.surveys.models import Survey, SurveyFile


def connect() -> None:
    """Whose bytes are needed, and what a person sent."""
    register_use("surveys", is_survey_file)
    own_data.register("surveys", tell)


def is_survey_file(session: Session, sha256: str) -> bool:
    """Whether a survey was sent with these bytes: what it wrote into the city must stay to be shown for ever."""
    return session.scalar(select(exists().where(SurveyFile.sha256 == sha256))) is True


def tell(session: Session, person: Person) -> list[dict[str, Any]]:
    """The surveys that a person began, with the files they sent; the bytes are at the addresses told."""
    begun = session.scalars(select(Survey).where(Survey.created_by == person.id).order_by(Survey.id))
    return [
        {
            "survey": survey.id,
            "kind": survey.kind,
            "title": survey.title,
            "state": survey.state,
            "begun": survey.created_at.isoformat(),
            "files": [_file(each) for each in _files(session, survey, person)],
        }
        for survey in begun
    ]


def _files(session: Session, survey: Survey, person: Person) -> list[SurveyFile]:
    sent = select(SurveyFile).where(SurveyFile.survey_id == survey.id, SurveyFile.sent_by == person.id)
    return list(session.scalars(sent.order_by(SurveyFile.id)))


def _file(sent: SurveyFile) -> dict[str, Any]:
    return {
        "name": sent.name,
        "sent": sent.sent_at.isoformat(),
        "sha256": sent.sha256,
        "size_bytes": sent.bytes,
        "address": f"/surveys/{sent.survey_id}/files/{sent.id}",
    }
