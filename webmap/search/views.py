"""The search, as a page that needs no script and as JSON for the search box."""

from itertools import groupby
from operator import attrgetter

from flask import Blueprint, Response, jsonify, make_response, render_template, request

from accounts.permissions import Permission
from accounts.web import may
from core.inputs import read_count, read_day, read_words
from core.limits.web import limited
from core.web import db, public, wants_json
from layers.words import isolated
from parcels.hits import Kind
from webmap.rates import ACCOUNT_SEARCH, SEARCH
from webmap.search.schemas import answer_json, detail_of, label_of, suggestions_of, told_of, url_of
from webmap.search.service import Answer, answer
from webmap.words import BROWSER

blueprint = Blueprint("search", __name__)

_LONGEST = 200
_FEW, _MOST = 10, 50


@blueprint.get("/search")
@blueprint.get("/search.json", endpoint="search_json")
@public
@limited(SEARCH, ACCOUNT_SEARCH)
def results() -> Response:
    """What was probably meant by ``q`` on the day ``on``, best first."""
    typed = read_words(request.args.get("q"), "q", _LONGEST)
    limit = read_count(request.args.get("limit"), "limit", _FEW, _MOST)
    day, staff = read_day(request.args.get("on")), may(Permission.STAFF_LAYERS)
    found = answer(db.session, typed, limit, day, staff=staff)
    response = jsonify(answer_json(found)) if wants_json(request) else make_response(_page(typed, found))
    response.vary.update(["Accept", "Accept-Language", "Cookie"])
    return response


def _page(typed: str, found: Answer) -> str:
    return render_template(
        "search.html",
        typed=typed,
        told_typed=isolated(typed),
        day=found.day,
        groups=_by_kind(found),
        found=len(found.hits),
        suggestions=suggestions_of(found),
        told=told_of(found),
    )


def _by_kind(found: Answer) -> list[tuple[Kind, str, list[dict[str, str]]]]:
    """The results grouped by kind, the kind of the best result first."""
    kinds = list(dict.fromkeys(hit.kind for hit in found.hits))
    grouped = groupby(sorted(found.hits, key=lambda hit: kinds.index(hit.kind)), key=attrgetter("kind"))
    return [
        (
            kind,
            str(BROWSER[f"search.group.{kind}"]),
            [{"label": label_of(h), "detail": detail_of(h), "url": url_of(h, found)} for h in of],
        )
        for kind, of in grouped
    ]
