"""The search, as a page that needs no script and as JSON for the search box."""

from itertools import groupby
from operator import attrgetter

from flask import Blueprint, Response, jsonify, make_response, render_template, request

from core.inputs import read_count, read_words
from core.web import db, public, wants_json
from parcels.queries import list_similar_numbers
from parcels.question import read_question
from parcels.search import Hit, Kind, search
from webmap.search.schemas import detail_of, label_of, result_json, url_of
from webmap.words import BROWSER

blueprint = Blueprint("search", __name__)

_LONGEST = 200
_FEW, _MOST = 10, 50


@blueprint.get("/search")
@blueprint.get("/search.json", endpoint="search_json")
@public
def results() -> Response:
    """What was probably meant by ``q``, best first."""
    typed = read_words(request.args.get("q"), "q", _LONGEST)
    limit = read_count(request.args.get("limit"), "limit", _FEW, _MOST)
    hits = search(db.session, typed, limit)
    similar = [] if hits else _similar(typed)
    if wants_json(request):
        answer = jsonify(results=[result_json(hit) for hit in hits], similar=similar)
    else:
        answer = make_response(
            render_template(
                "search.html", typed=typed, groups=_by_kind(hits), similar=similar, found=len(hits)
            )
        )
    answer.vary.update(["Accept", "Accept-Language", "Cookie"])
    return answer


def _similar(typed: str) -> list[str]:
    """Parcel numbers that exist and are near to what was typed, when nothing was found."""
    return list_similar_numbers(db.session, typed) if read_question(typed).may_be_a_number else []


def _by_kind(hits: list[Hit]) -> list[tuple[Kind, str, list[dict[str, str]]]]:
    """The results grouped by kind, the kind of the best result first."""
    kinds = list(dict.fromkeys(hit.kind for hit in hits))
    grouped = groupby(sorted(hits, key=lambda hit: kinds.index(hit.kind)), key=attrgetter("kind"))
    return [
        (
            kind,
            str(BROWSER[f"search.kind.{kind}"]),
            [{"label": label_of(h), "detail": detail_of(h), "url": url_of(h)} for h in of],
        )
        for kind, of in grouped
    ]
