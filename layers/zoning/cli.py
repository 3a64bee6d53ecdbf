"""`flask zoning import`, `flask zoning decisions` and `flask zoning annul`."""

import datetime as dt

import click
from flask.cli import AppGroup

from core import local_time
from core.audit import COMMAND
from core.cli import FileOptions, command_transaction, day_option, file_options, telling_problems
from core.cli import tell as tell_account
from core.geofiles import open_source
from core.i18n import format_date, format_number, ngettext
from core.i18n import gettext as _
from core.progress import progress_bar
from layers.boundary import get_city, near_box
from layers.zoning.annulment import Decision, annul, get_decision, list_decisions
from layers.zoning.importing import ZoneFile, import_zones

zoning = AppGroup("zoning", help="Bring the zoning plan into the city.")


@zoning.command("import")
@file_options
@click.option("--code-field", metavar="NAME", help="The column of the zone class's code; guessed otherwise.")
@click.option("--name-field", metavar="NAME", help="The column of what the class is called.")
@click.option("--id-field", metavar="NAME", help="The column that a zone is known by from import to import.")
@day_option(
    "--valid-from", "From which day on it is the law; otherwise since ever, a later import from today."
)
@click.option("--keep-gone", is_flag=True, help="Keep zones in force that the file does not have.")
def import_command(
    options: FileOptions,
    code_field: str | None,
    name_field: str | None,
    id_field: str | None,
    valid_from: dt.date | None,
    keep_gone: bool,
) -> None:
    """Import one file of zones; importing again changes the plan from today on, and keeps what was before."""
    how = ZoneFile(code_field, name_field, id_field, valid_from, keep_gone)
    with command_transaction(options.dry_run) as session, progress_bar(_("Reading zones")) as tell:
        srid = get_city(session).srid
        with open_source(options.path, options.reading, srid, near=near_box(session)) as source:
            account = import_zones(session, source, how, allow_outside=options.allow_outside, tell=tell)
    account.is_trial = options.dry_run
    tell_account(account)


@zoning.command("decisions")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1, 1000), help="How many.")
def decisions_command(last: int) -> None:
    """List the latest decisions on the plan: what annul is told to annul."""
    with telling_problems(), command_transaction() as session:
        for decision in list_decisions(session, last):
            click.echo(_decision_line(decision))


@zoning.command("annul")
@click.argument("zone", type=int, metavar="ZONE")
@click.option("--reason", required=True, help="Why: shown on every certificate that relied on it.")
@click.option("--dry-run", is_flag=True, help="Do everything, write nothing.")
def annul_command(zone: int, reason: str, dry_run: bool) -> None:
    """Annul the decision that brought the zone version ZONE into force; what stood before stands again.

    Certificates that relied on it are revoked, with the reason. `flask zoning decisions` lists the numbers.
    """
    with telling_problems(), command_transaction(dry_run) as session:
        annulled = annul(session, COMMAND, get_decision(session, zone).brought, reason)
        click.echo(_decision_line(annulled.decision))
        click.echo(
            ngettext(
                "Annulled. %(n)s zone version that stood before stands again.",
                "Annulled. %(n)s zone versions that stood before stand again.",
                len(annulled.restored),
            )
        )
        for line in annulled.told:
            click.echo(line)
        if dry_run:
            click.echo(_("This was a trial: nothing has been annulled."))


def _decision_line(decision: Decision) -> str:
    since = _("since ever") if decision.first_day is None else format_date(decision.first_day)
    return _(
        "Zone version %(id)s: recorded %(recorded)s, in force from %(since)s; %(brought)s brought in, "
        "%(closed)s ended.",
        id=(decision.brought or decision.kept)[0],
        recorded=local_time.to_local(decision.recorded_at).strftime("%Y-%m-%d %H:%M:%S %Z"),
        since=since,
        brought=format_number(len(decision.brought)),
        closed=format_number(len(decision.closed)),
    )
