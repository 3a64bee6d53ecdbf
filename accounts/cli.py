"""`flask users …`: the people of the city from the machine's own terminal, where the first administrator is made."""

import click
from flask import current_app, url_for
from flask.cli import AppGroup
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy.orm import Session

from accounts import services
from accounts.models import Person
from accounts.permissions import Role
from accounts.queries import find_person
from accounts.sign_in import letters
from core.audit import COMMAND
from core.cli import command_transaction, telling_problems
from core.errors import NotFound
from core.i18n import LANGUAGES
from core.i18n import gettext as _

users = AppGroup("users", help="People with an account, and what they may do.")
_ROLES = click.Choice([role.value for role in Role])
_SERVER = "http://127.0.0.1:8000"
_REASON = click.option("--reason", default="", help="Why: kept in the record.")


@users.command("create")
@click.argument("email")
@click.option(
    "--role", "roles", type=_ROLES, multiple=True, help="What the person is; more than once for more."
)
@click.option("--name", default="", help="The person's name.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="The language letters are written in.")
@_REASON
def create(email: str, roles: tuple[str, ...], name: str, language: str | None, reason: str) -> None:
    """Make an account and send its owner a link to set a password."""
    with telling_problems(), command_transaction() as session:
        spoken = language or current_app.config["SETTINGS"].default_language
        person = services.create_person(session, COMMAND, email, name=name, language=spoken)
        for role in dict.fromkeys(roles):
            services.grant(session, COMMAND, person, Role(role), reason or _("made by the command line"))
        link = invite(session, person)
        click.echo(_("%(email)s has an account.", email=person.email))
        click.echo(_("A letter with this link is on its way; it sets the password: %(link)s", link=link))


@users.command("grant")
@click.argument("email")
@click.option("--role", type=_ROLES, required=True)
@_REASON
def grant(email: str, role: str, reason: str) -> None:
    """Give somebody a role."""
    with telling_problems(), command_transaction() as session:
        services.grant(session, COMMAND, _get(session, email), Role(role), reason or _("by the command line"))
    click.echo(_("Done."))


@users.command("revoke")
@click.argument("email")
@click.option("--role", type=_ROLES, required=True)
@_REASON
def revoke(email: str, role: str, reason: str) -> None:
    """Take a role back."""
    with telling_problems(), command_transaction() as session:
        services.revoke(
            session, COMMAND, _get(session, email), Role(role), reason or _("by the command line")
        )
    click.echo(_("Done."))


@users.command("disable")
@click.argument("email")
@_REASON
def disable(email: str, reason: str) -> None:
    """Let nobody in by this account any more."""
    with telling_problems(), command_transaction() as session:
        services.disable(session, COMMAND, _get(session, email), reason or _("by the command line"))
    click.echo(_("Done."))


@users.command("enable")
@click.argument("email")
@_REASON
def enable(email: str, reason: str) -> None:
    """Let a disabled account in again."""
    with telling_problems(), command_transaction() as session:
        services.enable(session, COMMAND, _get(session, email), reason or _("by the command line"))
    click.echo(_("Done."))


@users.command("forget-second-factor")
@click.argument("email")
@_REASON
def forget_second_factor(email: str, reason: str) -> None:
    """Let in by password alone somebody who lost the phone and the recovery codes; staff set up anew."""
    with telling_problems(), command_transaction() as session:
        services.forget_second_factor(
            session, COMMAND, _get(session, email), reason or _("by the command line")
        )
    click.echo(_("Done."))


def _get(session: Session, email: str) -> Person:
    found = find_person(session, email)
    if found is None:
        raise NotFound(_("There is no account for %(email)s.", email=email), field="email")
    return found


def invite(session: Session, person: Person) -> str:
    """Write a letter with a link that sets the password, in the person's language; return the link.

    It leads to PUBLIC_URL; without one, to where ``script/server`` serves unless told otherwise.
    """
    with current_app.test_request_context(base_url=current_app.config["SETTINGS"].public_url or _SERVER):
        link: str = url_for(
            "security.reset_password",
            token=generate_reset_password_token(person),  # type: ignore[no-untyped-call]
            _external=True,
        )
    letters.send(session, "invitation", person.email, person, link=link)
    return link
