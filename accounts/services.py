"""Making people, giving them roles and taking them back: each with a reason, each in the record."""

import datetime as dt
import secrets

from email_validator import EmailNotValidError, validate_email
from sqlalchemy.orm import Session

from accounts.models import Grant, Person
from accounts.permissions import ROLE_NAMES, Permission, Role
from accounts.queries import count_holders, find_person
from core import audit
from core.audit import Actor
from core.errors import BadInput, Conflict, NotAllowed, Unprocessable
from core.i18n import LANGUAGES
from core.i18n import gettext as _

_LONGEST_REASON = 500


def create_person(
    session: Session, actor: Actor, email: str, *, name: str = "", language: str = "fa"
) -> Person:
    """A new account without a password: its owner sets one by a link in a letter.

    Raises Unprocessable for what is no e-mail address, Conflict when somebody has it.
    """
    address = normal_email(email)
    if find_person(session, address) is not None:
        raise Conflict(_("There is an account for %(email)s already.", email=address), field="email")
    person = Person(email=address, name=name.strip(), language=language)
    session.add(person)
    session.flush()
    audit.record(session, actor, "person.create", _subject(person))
    return person


def normal_email(email: str) -> str:
    """An e-mail address as it is kept. Raises Unprocessable."""
    try:
        return validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise Unprocessable(
            _("“%(email)s” is no e-mail address.", email=email[:100]), field="email"
        ) from None


def grant(session: Session, actor: Actor, person: Person, role: Role, reason: str) -> Grant:
    """Give a role. The person is signed out everywhere, so that what the role asks for holds from the first moment.

    Raises NotAllowed when somebody gives a role to themselves, Conflict when the person holds it, Unprocessable
    without a reason.
    """
    _four_eyes(actor, person)
    told = _reason(reason)
    if role in person.held:
        raise Conflict(
            _("%(email)s holds the role “%(role)s” already.", email=person.email, role=ROLE_NAMES[role]),
            field="role",
        )
    _separate(person.held, role)
    given = Grant(person=person, role=role.value, granted_by=actor.id, reason=told)
    session.add(given)
    sign_out_everywhere(person)
    _flush_changed(session, person)
    audit.record(session, actor, "role.grant", _subject(person), after={"role": role.value}, reason=told)
    return given


def revoke(session: Session, actor: Actor, person: Person, role: Role, reason: str) -> None:
    """Take a role back. Raises Conflict when the person does not hold it or is the last administrator."""
    _four_eyes(actor, person)
    told = _reason(reason)
    given = next(
        (each for each in person.grants if each.role == role.value and each.revoked_at is None), None
    )
    if given is None:
        raise Conflict(
            _("%(email)s does not hold the role “%(role)s”.", email=person.email, role=ROLE_NAMES[role]),
            field="role",
        )
    if role is Role.ADMINISTRATOR and person.active:
        _keep_one_administrator(session)
    given.revoked_at, given.revoked_by, given.revoked_reason = _now(), actor.id, told
    sign_out_everywhere(person)
    _flush_changed(session, person)
    audit.record(session, actor, "role.revoke", _subject(person), before={"role": role.value}, reason=told)


def disable(session: Session, actor: Actor, person: Person, reason: str) -> None:
    """Let nobody in by this account any more, and end its sessions. Raises Conflict for the last administrator."""
    _four_eyes(actor, person)
    told = _reason(reason)
    if not person.active:
        raise Conflict(_("The account is disabled already."), field="person")
    if Role.ADMINISTRATOR in person.held:
        _keep_one_administrator(session)
    person.active = False
    sign_out_everywhere(person)
    _flush_changed(session, person)
    audit.record(session, actor, "person.disable", _subject(person), before={"active": True}, reason=told)


def enable(session: Session, actor: Actor, person: Person, reason: str) -> None:
    """Let a disabled account in again."""
    _four_eyes(actor, person)
    told = _reason(reason)
    if person.active or person.erased_at is not None:
        raise Conflict(_("The account is not disabled."), field="person")
    person.active = True
    _flush_changed(session, person)
    audit.record(session, actor, "person.enable", _subject(person), after={"active": True}, reason=told)


def change_profile(session: Session, actor: Actor, person: Person, *, name: str, language: str) -> None:
    """A person's name and the language of letters to them. Raises BadInput for a language we do not speak."""
    if language not in LANGUAGES:
        raise BadInput(_("Please choose one of the languages."), field="language")
    before = {"name": person.name, "language": person.language}
    after = {"name": name, "language": language}
    changed = [key for key in after if after[key] != before[key]]
    if not changed:
        return
    person.name, person.language = name, language
    session.flush()
    # The record tells that the name changed, not which it was: it outlives the account.
    audit.record(session, actor, "person.profile", _subject(person), after={"changed": changed})


def end_sessions(session: Session, actor: Actor, person: Person) -> None:
    """Sign a person out on every device, at their own wish."""
    sign_out_everywhere(person)
    session.flush()
    audit.record(session, actor, "person.sign_out_everywhere", _subject(person))


def forget_second_factor(session: Session, actor: Actor, person: Person, reason: str) -> None:
    """Take the authenticator app, the recovery codes and the passkeys off an account whose owner lost them.

    Staff set up anew at the next sign-in. Raises Conflict when there is nothing to take off.
    """
    _four_eyes(actor, person)
    told = _reason(reason)
    if not (person.tf_totp_secret or person.mf_recovery_codes or person.webauthn):
        raise Conflict(_("The account has no second factor."), field="person")
    person.tf_totp_secret = person.tf_primary_method = person.mf_recovery_codes = None
    for passkey in list(person.webauthn):
        session.delete(passkey)
    sign_out_everywhere(person)
    session.flush()
    audit.record(session, actor, "second_factor.forget", _subject(person), reason=told)


def sign_out_everywhere(person: Person) -> None:
    """End every session of a person: sessions name an account by a word that changes here."""
    person.fs_uniquifier = secrets.token_hex(32)


def _flush_changed(session: Session, person: Person) -> None:
    person.version += 1
    session.flush()


def _four_eyes(actor: Actor, person: Person) -> None:
    if actor.id is not None and actor.id == person.id:
        raise NotAllowed(_("Nobody decides about their own account: ask another administrator."))


def _separate(held: frozenset[Role], role: Role) -> None:
    """The auditor writes nothing and the administrator has no cases: neither goes with another role."""
    alone = {Role.AUDITOR, Role.ADMINISTRATOR}
    others = held - {Role.CITIZEN}
    if others and (role in alone or others & alone):
        raise Conflict(
            _("An auditor or an administrator holds no other role: use an account of its own."), field="role"
        )


def _keep_one_administrator(session: Session) -> None:
    if count_holders(session, Role.ADMINISTRATOR) <= 1:
        raise Conflict(_("This is the last administrator: make another one first."), field="role")


def _reason(reason: str) -> str:
    told = reason.strip()
    if not told:
        raise Unprocessable(_("Please say why: it is kept in the record."), field="reason")
    return told[:_LONGEST_REASON]


def _subject(person: Person) -> str:
    return person.in_record


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def may_act(person: Person, permission: Permission, *others: int | None) -> bool:
    """Whether somebody may take the next step of a thing on which these others have acted: four eyes see more.

    For services of all rooms: ``others`` are the ids of who submitted, drafted or assessed it.
    """
    return permission in person.permissions and person.id not in others
