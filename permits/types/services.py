"""The kinds of permits: asking for one as it was or is, and changing one. The first ones came by a migration."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit
from core.audit import Actor
from core.errors import Conflict, NotFound, Unprocessable
from core.i18n import gettext as _
from permits.types.models import PermitType, PermitTypeVersion
from permits.types.schemas import from_json, to_json
from permits.types.settings import TypeSettings


def get_settings(session: Session, code: str, version: int) -> TypeSettings:
    """One version of a type. Raises NotFound."""
    row = session.get(PermitTypeVersion, (code, version))
    if row is None:
        raise NotFound(_("There is no such kind of permit."), field="type")
    return from_json(code, version, row.settings)


def get_type(session: Session, code: str) -> TypeSettings:
    """A type as new cases are opened under it. Raises NotFound where there is none or it is not offered."""
    row = session.get(PermitType, code)
    if row is None or not row.is_offered:
        raise NotFound(_("There is no such kind of permit."), field="type")
    return get_settings(session, code, row.version)


def list_types(session: Session, *, is_all: bool = False) -> list[TypeSettings]:
    """The types that are offered, in their order; ``is_all``: the others, too."""
    found = (
        select(PermitTypeVersion)
        .join(
            PermitType,
            (PermitType.code == PermitTypeVersion.code) & (PermitType.version == PermitTypeVersion.version),
        )
        .order_by(PermitType.ordinal, PermitType.code)
    )
    if not is_all:
        found = found.where(PermitType.is_offered)
    return [from_json(row.code, row.version, row.settings) for row in session.scalars(found)]


def list_versions(session: Session, code: str) -> list[PermitTypeVersion]:
    """Every version of a type, newest first."""
    asked = select(PermitTypeVersion).where(PermitTypeVersion.code == code)
    return list(session.scalars(asked.order_by(PermitTypeVersion.version.desc())))


def change_type(
    session: Session, actor: Actor, code: str, seen: int, settings: TypeSettings, reason: str
) -> TypeSettings:
    """Make a new version of a type, for the cases opened from now on.

    Raises Conflict when another version than the one ``seen`` is in force, Unprocessable without a reason or
    where nothing is changed.
    """
    if not reason.strip():
        raise Unprocessable(_("Please say why: it is kept in the record."), field="reason")
    row = session.get(PermitType, code, with_for_update=True)
    if row is None:
        raise NotFound(_("There is no such kind of permit."), field="type")
    if row.version != seen:
        raise Conflict(
            _("Somebody else has changed this kind of permit meanwhile. Open it again and look."),
            field="version",
            details={"seen": seen, "now": row.version},
        )
    old, after = to_json(get_settings(session, code, seen)), to_json(settings)
    if after == old:
        raise Unprocessable(_("Nothing was changed."), field="reason")
    row.version = seen + 1
    session.add(
        PermitTypeVersion(
            code=code, version=row.version, settings=after, made_by=actor.id, reason=reason.strip()
        )
    )
    session.flush()
    changed = [name for name in after if after[name] != old[name]]
    audit.record(
        session,
        actor,
        "permit_type.change",
        f"permit_type:{code}",
        before={name: old[name] for name in changed},
        after={name: after[name] for name in changed} | {"version": row.version},
        reason=reason.strip(),
    )
    return get_settings(session, code, row.version)


def offer_type(session: Session, actor: Actor, code: str, is_offered: bool, reason: str) -> None:
    """Take applications of a kind from now on, or take none any more; open cases go on.

    Raises NotFound, Conflict when it is so already, Unprocessable without a reason.
    """
    if not reason.strip():
        raise Unprocessable(_("Please say why: it is kept in the record."), field="reason")
    row = session.get(PermitType, code, with_for_update=True)
    if row is None:
        raise NotFound(_("There is no such kind of permit."), field="type")
    if row.is_offered == is_offered:
        raise Conflict(
            _("Somebody else has changed this kind of permit meanwhile. Open it again and look."),
            field="is_offered",
        )
    row.is_offered = is_offered
    session.flush()
    audit.record(
        session,
        actor,
        "permit_type.offer",
        f"permit_type:{code}",
        before={"is_offered": not is_offered},
        after={"is_offered": is_offered},
        reason=reason.strip(),
    )
