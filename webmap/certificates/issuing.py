"""Gives out the certificate of a parcel: the one that says the same already and still holds, or a new one."""

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.documents import DocumentStore
from core.errors import TooOften, Unavailable
from core.i18n import gettext as _
from core.local_time import get_today
from parcels.certificates import queries, services
from parcels.certificates.models import Certificate
from parcels.certificates.services import Draft, Statement
from webmap.certificates.rendering import render
from webmap.certificates.statement import check_certifiable, facts_of, words_of
from webmap.place.service import Place, get_place_of

# Rendering keeps a core busy for a second. One in the works and one waiting for it is all that a worker takes on, so
# that its other threads stay free for the map.
_AT_ONCE = threading.BoundedSemaphore(2)
_PATIENCE_S = 5
_LOCK_PATIENCE = "20s"
MOST_A_DAY = 40
"""So many new papers on one parcel within a day are nobody's need, and more of them would only fill the archive."""
_A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """Which certificate is wanted; ``base_url`` is the address of the city, ending in a slash."""

    number: str
    day: dt.date | None
    language: str
    base_url: str
    calendar: str

    def verify_url(self, public_id: str) -> str:
        """Where a certificate is verified."""
        return f"{self.base_url}certificates/{public_id}"


def find_issued(session: Session, asked: Asked) -> Certificate | None:
    """The certificate that says what would be said now and still holds, if there is one.

    Raises NotFound where nothing could be certified.
    """
    today = get_today(session)
    place = _get_place(session, asked, today)
    return services.find_standing(session, _state(session, asked, place), today)


def get_or_issue(session: Session, store: DocumentStore, asked: Asked) -> Certificate:
    """The certificate of a parcel on a day; issued if none says the same and still holds.

    Raises NotFound where nothing can be certified, Unavailable where too many are being issued already.
    """
    found = find_issued(session, asked)
    if found is not None:
        return found
    with _one_of_few():
        patience = {"patience": _LOCK_PATIENCE}
        session.execute(text("SELECT set_config('lock_timeout', :patience, true)"), patience)
        return _issue(session, store, asked)


def _issue(session: Session, store: DocumentStore, asked: Asked) -> Certificate:
    today = get_today(session)
    place = get_place_of(session, asked.number, asked.day or today)
    assert place.parcel is not None
    queries.lock_issuing(session, place.parcel.id, place.day, asked.language)
    # From here on neither somebody else's certificate nor a change of the plan can come between.
    queries.list_zone_versions(session, place.parcel.id, place.day, is_held=True)
    place = _get_place(session, asked, today)
    statement = _state(session, asked, place)
    found = services.find_standing(session, statement, today)
    if found is not None:
        return found
    _check_not_too_many(session, statement)

    def on_paper(draft: Draft) -> bytes:
        return render(session, place, draft, asked.verify_url(draft.public_id))

    return services.issue(session, store, statement, today, asked.calendar, on_paper)


def _check_not_too_many(session: Session, statement: Statement) -> None:
    """Somebody who asks for every day of a parcel's life wants the plan's history, not a drawer full of papers."""
    if queries.count_issued(session, statement.parcel_id, _A_DAY) >= MOST_A_DAY:
        raise TooOften(
            _(
                "Many certificates on this parcel were issued today. What was the law on any day is told on its page."
            ),
            details={"retry_after_s": 3600},
        )


def _get_place(session: Session, asked: Asked, today: dt.date) -> Place:
    """The parcel on the day; raises NotFound where nothing can be certified."""
    place = get_place_of(session, asked.number, asked.day or today)
    check_certifiable(place)
    return place


def _state(session: Session, asked: Asked, place: Place) -> Statement:
    """What a certificate would say."""
    parcel = place.parcel
    assert parcel is not None
    recorded = queries.find_parcel(session, parcel.id)
    versions = queries.list_zone_versions(session, parcel.id, place.day)
    if recorded is None or any(part.zone.zone_key not in versions for part in place.parts):
        # An edit came in between one question and the next.
        raise _busy(_("The plan of this place is being changed just now. Please try again in a moment."))
    facts = facts_of(place, recorded.outline, versions, asked.base_url)
    return Statement(
        parcel_id=parcel.id,
        parcel_number=parcel.number,
        day=place.day,
        language=asked.language,
        zone_ids=facts["zone_versions"],
        stated={"facts": facts, "words": words_of(place, versions)},
    )


@contextmanager
def _one_of_few() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=_PATIENCE_S):
        raise _busy(_("Many certificates are being issued just now. Please try again in a moment."))
    try:
        yield
    finally:
        _AT_ONCE.release()


def _busy(message: str) -> Unavailable:
    return Unavailable(message, details={"reason": "busy", "retry_after_s": 5})
