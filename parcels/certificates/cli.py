"""`flask certificates check`: whether every certificate's document is kept as it was issued."""

import sys

import click
from flask import current_app
from flask.cli import AppGroup

from core.cli import NOT_DONE, command_transaction, telling_problems
from core.documents import DocumentDamaged, DocumentStore
from core.i18n import gettext as _
from core.i18n import ngettext
from parcels.certificates.queries import list_documents

certificates = AppGroup("certificates", help="The archive of zoning certificates.")


@certificates.command("check")
def check_command() -> None:
    """Read every certificate's document and hold its bytes against the hash that was recorded."""
    store = DocumentStore(current_app.config["SETTINGS"].data_dir)
    checked, damaged = 0, 0
    with telling_problems(), command_transaction() as session:
        for number, document in list_documents(session):
            checked += 1
            try:
                store.read(document)
            except DocumentDamaged as error:
                damaged += 1
                click.echo(_("Certificate %(number)s: %(what)s", number=number, what=error.message), err=True)
    if damaged:
        sys.exit(NOT_DONE)
    click.echo(
        ngettext(
            "%(n)s certificate is kept as it was issued.",
            "%(n)s certificates are kept as they were issued.",
            checked,
        )
    )
