"""The texts of a case that may be taken out of the public's sight: its description, what was said of it, titles."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from babel.support import LazyProxy
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import redactions
from core.errors import NotFound
from core.i18n import gettext as _
from core.i18n import lazy_gettext
from core.redactions import Redactable, Redaction
from permits.documents.models import PermitDocument
from permits.hearing.models import Comment
from permits.models import Permit

CASE, COMMENT, DOCUMENT = "permit", "permit_comment", "permit_document"

TEXT_NAMES: dict[tuple[str, str], LazyProxy] = {
    (CASE, "description"): lazy_gettext("Description of the proposal"),
    (COMMENT, "text"): lazy_gettext("Comment"),
    (COMMENT, "answer"): lazy_gettext("Answer to a comment"),
    (DOCUMENT, "title"): lazy_gettext("Title of a document"),
}
_MODELS = {CASE: Permit, COMMENT: Comment, DOCUMENT: PermitDocument}


@dataclass(frozen=True)
class CaseText:
    """One text of a case: as it is shown to everybody, or redacted with its original, for the staff's eyes."""

    code: str
    number: int
    field: str
    words: str
    redaction: Redaction | None

    @property
    def name(self) -> str:
        """What it is, in the language spoken."""
        return str(TEXT_NAMES[self.code, self.field])


def redactables() -> Iterator[Redactable]:
    """What ``core.redactions`` is told of this room."""
    for code, model in _MODELS.items():
        fields = frozenset(field for each, field in TEXT_NAMES if each == code)
        yield Redactable(code, fields, partial(_find, model))


def _find(model: type[Any], session: Session, number: int) -> Any | None:
    return session.get(model, number, with_for_update=True)


def list_texts(session: Session, case: Permit) -> list[CaseText]:
    """Every text of a case that holds words, and every redacted one with its original."""
    found: list[CaseText] = []
    for code, thing in _things(session, case):
        originals = {r.field: (r, words) for r, words in redactions.originals_of(session, code, thing.id)}
        for each, field in TEXT_NAMES:
            redaction, words = originals.get(field, (None, getattr(thing, field, "")))
            if each == code and words:
                found.append(CaseText(code, thing.id, field, words, redaction))
    return found


def get_text(session: Session, case: Permit, code: str, number: int, field: str) -> CaseText:
    """One text of this very case. Raises NotFound, also for a text of another case."""
    texts = list_texts(session, case)
    found = next(
        (each for each in texts if (each.code, each.number, each.field) == (code, number, field)), None
    )
    if found is None:
        raise NotFound(_("There is no such text in this case."), field="field")
    return found


def _things(session: Session, case: Permit) -> Iterator[tuple[str, Permit | Comment | PermitDocument]]:
    yield CASE, case
    for comment in session.scalars(select(Comment).where(Comment.permit_id == case.id).order_by(Comment.id)):
        yield COMMENT, comment
    papers = select(PermitDocument).where(PermitDocument.permit_id == case.id).order_by(PermitDocument.id)
    for paper in session.scalars(papers):
        yield DOCUMENT, paper
