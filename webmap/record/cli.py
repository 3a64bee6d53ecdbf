"""`flask audit verify`: reads the whole record and says whether it is as it was written."""

import sys

import click
from flask import current_app
from flask.cli import AppGroup

from core.audit import ANCHOR
from core.audit_check import Finding, Flaw, verify
from core.cli import NOT_DONE, command_transaction, telling_problems
from core.i18n import format_number, ngettext
from core.i18n import gettext as _

record_commands = AppGroup("audit", help="The record of who did what.")
_MOST_TOLD = 50


@record_commands.command("verify")
def verify_command() -> None:
    """Check every row's hash, the chain of all rows, and where it ended by the anchor outside the database."""
    with telling_problems(), command_transaction() as session:
        verdict = verify(session, current_app.extensions[ANCHOR])
    for finding in verdict.findings[:_MOST_TOLD]:
        click.echo(_told(finding), err=True)
    if (more := len(verdict.findings) - _MOST_TOLD) > 0:
        click.echo(_("… and %(n)s more.", n=format_number(more)), err=True)
    if verdict.findings:
        sys.exit(NOT_DONE)
    click.echo(
        ngettext(
            "The record is whole: %(n)s row, as it was written.",
            "The record is whole: %(n)s rows, each as it was written.",
            verdict.rows,
        )
    )


def _told(finding: Finding) -> str:
    row = format_number(finding.row)
    if finding.flaw is Flaw.ALTERED:
        return _("Row %(row)s: altered after it was written.", row=row)
    if finding.flaw is Flaw.BROKEN:
        return _("Row %(row)s: does not follow the row before it; one was removed, put in or moved.", row=row)
    if finding.flaw is Flaw.MISSING:
        return _("Row %(row)s: is missing; the anchor outside the database knows it.", row=row)
    return _("Row %(row)s: is another than the anchor outside the database knows.", row=row)
