"""The record as the auditor reads it: filtered, a page at a time, and as a file."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, stream_with_context

from accounts.permissions import Permission
from accounts.queries import emails_of, list_people
from core.audit import Audit
from core.audit_queries import Asked, list_actions, list_acts, stream_acts
from core.inputs import read_count, read_day, read_words
from core.web import db, requires, wants_json

blueprint = Blueprint("record", __name__)

_PAGE = 50
_LONGEST = 200
_COLUMNS = (
    *("id", "at", "actor_id", "actor", "action", "subject", "before", "after", "reason"),
    *("request_id", "previous_hash", "hash"),
)
# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@blueprint.get("/record")
@blueprint.get("/record.json", endpoint="record_json")
@requires(Permission.RECORD_READ)
def record() -> Response | str:
    """Who did what, newest first."""
    asked = _asked()
    before = read_count(request.args.get("before"), "before", 0, 10**9) or None
    acts = list_acts(db.session, asked, most=_PAGE + 1, before=before)
    shown, is_more = acts[:_PAGE], len(acts) > _PAGE
    following = shown[-1].id if is_more else None
    if wants_json(request):
        return jsonify(acts=[act_json(act) for act in shown], before=following)
    filters = {key: value for key, value in request.args.items() if value and key not in ("before", "lang")}
    return render_template(
        "record/page.html",
        acts=shown,
        emails=emails_of(db.session, (act.actor_id for act in shown)),
        following=following,
        filters=filters,
        actions=list_actions(db.session),
    )


@blueprint.get("/record.csv")
@requires(Permission.RECORD_READ)
def record_csv() -> Response:
    """Everything asked for as a file, with the hashes by which it can be checked elsewhere."""
    answer = Response(stream_with_context(_lines(_asked())), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=record.csv"
    return answer


def act_json(act: Audit) -> dict[str, Any]:
    """One act: ``at`` in UTC, hashes in hexadecimal."""
    told = {name: getattr(act, name) for name in _COLUMNS}
    return told | {
        "at": act.at.isoformat(),
        "previous_hash": act.previous_hash.hex(),
        "hash": act.hash.hex(),
    }


def _lines(asked: Asked) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_COLUMNS)
    for act in stream_acts(db.session, asked):
        writer.writerow([_cell(value) for value in act_json(act).values()])
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _asked() -> Asked:
    words = {
        name: read_words(request.args.get(name), name, _LONGEST) for name in ("actor", "action", "subject")
    }
    typed = words["actor"]
    # The record knows people by number: whose name or address holds what was typed is looked up.
    found = frozenset(person.id for person in list_people(db.session, words=typed)) if typed else None
    return Asked(
        actors=found,
        actor=typed,
        action=words["action"],
        subject=words["subject"],
        since=read_day(request.args.get("since"), "since"),
        until=read_day(request.args.get("until"), "until"),
    )
