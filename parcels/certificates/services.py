"""Issuing a certificate, telling whether it still holds, and revoking those whose zoning was annulled."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from core import audit, local_time
from core.audit import Actor
from core.documents import DocumentStore
from core.i18n import ngettext
from core.registers import make_public_id, take_number
from layers.around import Around, find_around
from layers.zoning.queries import ZoneVersion, list_zones_under
from layers.zoning.schemas import rules_json
from parcels.certificates import queries
from parcels.certificates.models import Certificate

# Shares are worked out anew each time: a thousandth of a parcel is rounding, not another border.
_SAME_SHARE = 0.001


class State(StrEnum):
    """Whether what a certificate states may still be relied on."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


class Why(StrEnum):
    """Why a certificate does not hold any more."""

    ZONING_ANNULLED = "zoning_annulled"
    ZONING_CHANGED = "zoning_changed"
    ZONING_CORRECTED = "zoning_corrected"
    OVERLAYS_CHANGED = "overlays_changed"
    PARCEL_CLOSED = "parcel_closed"
    PARCEL_CHANGED = "parcel_changed"


@dataclass(frozen=True)
class Standing:
    """How a certificate stands today.

    ``since``: the day from which it does not hold, where one can be named. ``is_of_the_past``: it speaks of a day
    before it was issued, so what came later does not touch it. ``changes_on``: the day of a change already decided.
    ``is_plan_other``: what it says to be planned is not what is planned now.
    """

    state: State
    why: Why | None = None
    since: dt.date | None = None
    is_of_the_past: bool = False
    changes_on: dt.date | None = None
    is_plan_other: bool = False


@dataclass(frozen=True)
class Statement:
    """What a certificate is to say: ``stated`` with its ``facts``, which decide whether it is said already."""

    parcel_id: int
    parcel_number: str
    day: dt.date
    language: str
    zone_ids: list[int]
    stated: dict[str, Any]


@dataclass(frozen=True)
class Draft:
    """A statement with the number and the address it is about to be issued under."""

    statement: Statement
    number: str
    public_id: str
    issued_on: dt.date


def law_of(zone: ZoneVersion) -> dict[str, Any]:
    """What of a zone under a parcel makes it the same law: which zone, which rules, how much of the parcel."""
    return {
        "zone": zone.zone_key,
        "code": zone.rules.code,
        "rules": rules_json(zone.rules),
        "text": {"fa": zone.rule_text_fa, "en": zone.rule_text_en},
        "share": round(zone.share, 4),
    }


def planned_of(zones: Iterable[ZoneVersion], day: dt.date) -> list[dict[str, Any]]:
    """The zones that become the law on a parcel after a day."""
    return [
        law_of(zone) | {"from": zone.valid_from.isoformat()}
        for zone in zones
        if zone.valid_from is not None and zone.is_after(day)
    ]


def _days_of(planned: Iterable[dict[str, Any]]) -> set[tuple[str, str, str]]:
    return {(each["zone"], each["code"], each["from"]) for each in planned}


def overlays_of(around: Around) -> list[list[Any]]:
    """What lies over a parcel: layer, names, kind and square metres of each."""
    found = (
        [
            over.slug,
            over.name_fa,
            over.name_en,
            over.kind,
            None if over.area_m2 is None else round(over.area_m2, 1),
        ]
        for over in around.overlays
    )
    return sorted(found, key=lambda over: [str(each) for each in over])


def find_standing(session: Session, statement: Statement, today: dt.date) -> Certificate | None:
    """A certificate that says the same already and still holds."""
    issued = queries.list_unrevoked(session, statement.parcel_id, statement.day, statement.language)
    for certificate in issued:
        is_same = certificate.stated["facts"] == statement.stated["facts"]
        if is_same and standing_of(session, certificate, today).state == State.VALID:
            return certificate
    return None


def issue(
    session: Session,
    store: DocumentStore,
    statement: Statement,
    today: dt.date,
    calendar: str,
    render: Callable[[Draft], bytes],
) -> Certificate:
    """Issue a certificate: number it by the year of ``calendar`` (jalali or gregorian), render it, keep its bytes.

    The caller holds the zone versions and the lock of its parcel, day and language (see ``queries``).
    """
    number = take_number(session, "certificate", today, calendar)
    public_id = make_public_id()
    document = store.keep(render(Draft(statement, number, public_id, today)))
    certificate = Certificate(
        public_id=public_id,
        number=number,
        language=statement.language,
        parcel_id=statement.parcel_id,
        parcel_number=statement.parcel_number,
        day=statement.day,
        zone_ids=statement.zone_ids,
        stated=statement.stated | {"issued_on": today.isoformat()},
        document=document,
    )
    session.add(certificate)
    session.flush()
    return certificate


def standing_of(session: Session, certificate: Certificate, today: dt.date) -> Standing:
    """Whether a certificate still holds, from its revocation and from parcel and zoning as known now."""
    if certificate.revoked_at is not None:
        return Standing(
            State.REVOKED, Why.ZONING_ANNULLED, local_time.to_local(certificate.revoked_at).date()
        )
    facts = certificate.stated["facts"]
    parcel = queries.find_parcel(session, certificate.parcel_id)
    if parcel is None or parcel.outline != facts["parcel"]["outline_sha256"]:
        return Standing(State.SUPERSEDED, Why.PARCEL_CHANGED)
    is_of_the_past = certificate.day < dt.date.fromisoformat(certificate.stated["issued_on"])
    zones = list_zones_under(session, parcel.shape)
    if not _is_law(facts["law"], zones, certificate.day):
        return Standing(State.SUPERSEDED, Why.ZONING_CORRECTED)
    if is_of_the_past:
        return Standing(State.VALID, is_of_the_past=True)
    if parcel.valid_to is not None and parcel.valid_to <= today:
        return Standing(State.SUPERSEDED, Why.PARCEL_CLOSED, parcel.valid_to)
    return _standing_of_zoning(session, certificate, parcel.shape, zones, today)


def _standing_of_zoning(
    session: Session, certificate: Certificate, shape: Any, zones: list[ZoneVersion], today: dt.date
) -> Standing:
    """How a certificate of a day not past stands by what has become of zoning and overlays since."""
    facts = certificate.stated["facts"]
    changed = [day for day in _changes_after(zones, certificate.day) if not _is_law(facts["law"], zones, day)]
    if changed and changed[0] <= today:
        return Standing(State.SUPERSEDED, Why.ZONING_CHANGED, changed[0])
    if overlays_of(find_around(session, shape)) != facts["overlays"]:
        return Standing(State.SUPERSEDED, Why.OVERLAYS_CHANGED)
    is_plan_other = _days_of(planned_of(zones, certificate.day)) != _days_of(facts["planned"])
    return Standing(State.VALID, changes_on=changed[0] if changed else None, is_plan_other=is_plan_other)


def revoke_relying_on(session: Session, actor: Actor, zone_ids: Iterable[int], reason: str) -> int:
    """Revoke every certificate that relied on one of these zone versions; says how many there were."""
    relied = Certificate.zone_ids.overlap(list(zone_ids))
    revoked = session.scalars(
        update(Certificate)
        .where(relied, Certificate.revoked_at.is_(None))
        .values(revoked_at=func.now(), revoked_reason=reason)
        .returning(Certificate.number)
        .execution_options(synchronize_session=False)
    ).all()
    for number in sorted(revoked):
        audit.record(session, actor, "certificate.revoke", f"certificate:{number}", reason=reason)
    session.expire_all()
    return len(revoked)


def revoke_annulled(
    _sender: object, *, session: Session, actor: Actor, zone_ids: list[int], reason: str
) -> str:
    """What is done when zoning is annulled: in the same transaction, so that no certificate outlives its law."""
    count = revoke_relying_on(session, actor, zone_ids, reason)
    return ngettext(
        "%(n)s certificate that relied on it is revoked.",
        "%(n)s certificates that relied on it are revoked.",
        count,
    )


def _changes_after(zones: list[ZoneVersion], day: dt.date) -> list[dt.date]:
    """The days after a day on which any zone under the parcel begins or ends."""
    days = {each for zone in zones for each in (zone.valid_from, zone.valid_to) if each is not None}
    return sorted(each for each in days if each > day)


def _is_law(stated: list[dict[str, Any]], zones: list[ZoneVersion], day: dt.date) -> bool:
    """Whether the zones of a day are the ones stated: the same rules on the same shares of the parcel."""
    found = sorted((law_of(zone) for zone in zones if zone.is_valid_on(day)), key=_by_zone)
    given = sorted(stated, key=_by_zone)
    return len(found) == len(given) and all(map(_is_same_law, found, given))


def _by_zone(law: dict[str, Any]) -> str:
    return str(law["zone"])


def _is_same_law(one: dict[str, Any], other: dict[str, Any]) -> bool:
    differs = abs(one["share"] - other["share"]) > _SAME_SHARE
    return not differs and {**one, "share": 0} == {**other, "share": 0}
