"""The figures as a page and as a file."""

import csv
import datetime as dt
import io
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template, request

from core.calendar.queries import load
from core.errors import BadInput
from core.geofiles.writing import defused
from core.i18n import gettext as _
from core.local_time import get_today, now
from core.text import latin_digits
from core.web import db, public
from permits.figures.periods import Period, in_this_calendar, quarters, year, year_of
from permits.figures.queries import (
    Row,
    count_overdue,
    find_first_day,
    list_rows,
    list_rules,
    list_stays,
)
from permits.precheck.checks import Rule
from permits.precheck.sentences import RULE_NAMES
from permits.states import STATE_NAMES
from permits.types.services import list_types

blueprint = Blueprint("figures", __name__)

_YEAR_DIGITS = 4

_COLUMNS = (
    "period",
    "from",
    "until",
    "type",
    "received",
    "decided",
    "refused",
    "median_days",
    "p90_days",
    "comments",
    "objections",
)


@dataclass(frozen=True)
class Chosen:
    """The year shown, its quarters, and the years that can be chosen."""

    year: Period
    quarters: list[Period]
    years: list[Period]


@blueprint.get("/permits/figures")
@public
def figures() -> str:
    """Received, decided, how long it took, what is overdue, why refused, and comments."""
    chosen = _chosen()
    zone = load(db.session).zone
    rows = list_rows(db.session, [chosen.year, *chosen.quarters], zone)
    stays = list_stays(db.session, chosen.year, zone)
    return render_template(
        "permits/figures/page.html",
        chosen=chosen,
        of_year=[row for row in rows if row.period == chosen.year.key],
        by_quarter=[
            (each, _sum([row for row in rows if row.period == each.key])) for each in chosen.quarters
        ],
        whole=_sum([row for row in rows if row.period == chosen.year.key]),
        stays=stays,
        longest=max((stay.p90_days for stay in stays), default=1.0) or 1.0,
        rules=[(_rule(code), cases) for code, cases in list_rules(db.session, chosen.year, zone)],
        overdue=count_overdue(db.session, now()),
        names={each.code: each.name for each in list_types(db.session, is_all=True)},
        state_names=STATE_NAMES,
        today=get_today(db.session),
    )


@blueprint.get("/permits/figures.csv")
@public
def figures_csv() -> Response:
    """The same by quarter and kind, for every year there is."""
    chosen = _chosen()
    periods = [each for one in chosen.years for each in quarters(int(one.key))]
    spans = {each.key: each for each in periods}
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer)
    writer.writerow(_COLUMNS)
    rows = list_rows(db.session, periods, load(db.session).zone)
    for row in sorted(rows, key=lambda row: (spans[row.period].since, row.type_code)):
        span = spans[row.period]
        writer.writerow([defused(value) for value in _line(row, span.since, span.until)])
    answer = Response(buffer.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = "attachment; filename=permit-figures.csv"
    answer.vary.update(["Accept-Language", "Cookie"])
    return answer


def _line(row: Row, since: dt.date, until: dt.date) -> list[Any]:
    return [
        row.period,
        since.isoformat(),
        (until - dt.timedelta(days=1)).isoformat(),
        row.type_code,
        row.received,
        row.decided,
        row.refused,
        "" if row.median_days is None else round(row.median_days, 1),
        "" if row.p90_days is None else round(row.p90_days, 1),
        row.comments,
        row.objections,
    ]


def _chosen() -> Chosen:
    today = get_today(db.session)
    last = year_of(today)
    first_day = find_first_day(db.session)
    first = min(year_of(first_day), last) if first_day else last
    known = [year(number) for number in range(last, first - 1, -1)]
    asked = latin_digits((request.args.get("year") or "").strip()) or str(last)
    if asked.isascii() and asked.isdigit() and len(asked) <= _YEAR_DIGITS:
        number = in_this_calendar(int(asked))
        # In winter the two calendars' newest years do not lie in one another.
        asked = asked if str(number) == asked else str(last if number == last + 1 else number)
    found = next((each for each in known if each.key == asked), None)
    if found is None:
        raise BadInput(_("There are no figures of this year."), field="year")
    return Chosen(found, quarters(int(found.key)), known)


def _sum(rows: list[Row]) -> dict[str, int]:
    names = ("received", "decided", "refused", "comments", "objections")
    return {name: sum(getattr(row, name) for row in rows) for name in names}


def _rule(code: str) -> str:
    return str(RULE_NAMES[Rule(code)]) if code in list(Rule) else code
