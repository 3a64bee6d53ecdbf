"""The addresses of the public register: the list as page, JSON, feed and file, and each case's page."""

import csv
import io
import tempfile
from dataclasses import replace
from typing import IO, Any

from flask import (
    Blueprint,
    Response,
    jsonify,
    make_response,
    render_template,
    request,
    send_file,
    url_for,
)
from sqlalchemy.orm import Session

from accounts.permissions import Permission
from accounts.web import may
from core.audit import Actor
from core.i18n import gettext as _
from core.i18n import language
from core.inputs import read_words, write_day
from core.limits.web import Rate, limited
from core.local_time import get_today, now
from core.visibility import Audience
from core.web import db, public, wants_json
from permits.audience import Visitor
from permits.documents.web import tell_all
from permits.precheck.page import Told, told_on_page
from permits.precheck.schemas import precheck_from_json
from permits.register import atom, blds
from permits.register import queries as register
from permits.register.case import CasePage, last_moments, read_case
from permits.register.groups import GROUP_NAMES, shapes, states_of
from permits.register.models import Filters, PublicPermit
from permits.register.question import LONGEST, query_of, read_filters, read_key, without, write_key
from permits.register.schemas import case_json, permit_json
from permits.register.words import STANCE_NAMES, told_filters
from permits.states import STATE_NAMES
from permits.types.services import list_types

blueprint = Blueprint("register", __name__)

PAGE = 25
_IN_FEED = 50
_IN_MEMORY = 4 << 20
FILES = Rate("permit files", "30 per 1 minute", methods=frozenset({"GET"}))
"""A file is the whole register: enough for every program that keeps a copy."""


@blueprint.app_template_global("permit_shape")
def permit_shape(group: str) -> str:
    """The mark of a group of states, as a path in a box of 15: the same that the map draws."""
    return shapes()[group]


def type_names(session: Session) -> dict[str, str]:
    """What the kinds of permits are called, those no longer offered, too, in their order."""
    return {each.code: each.name for each in list_types(session, is_all=True)}


@blueprint.get("/permits")
@blueprint.get("/permits.json", endpoint="register_json")
@public
def permits() -> Response:
    """The register, newest first, a page at a time."""
    names = type_names(db.session)
    filters = read_filters(request.args, names)
    query = query_of(filters, request.args)
    page, following = register.list_page(db.session, filters, read_key(request.args.get("after")), PAGE)
    page = _with_deadlines(page)
    count = register.count(db.session, filters)
    after = write_key(following) if following else None
    if wants_json(request):
        answer = jsonify(
            permits=[permit_json(each, names) for each in page],
            count=min(count, register.MOST_COUNTED),
            is_more=count > register.MOST_COUNTED,
            next=url_for("register.register_json", **query, after=after) if after else None,
        )
    else:
        answer = _list_page(filters, query, names, page, count, after)
    answer.vary.update(["Accept", "Accept-Language", "Cookie"])
    return answer


def _with_deadlines(page: list[PublicPermit]) -> list[PublicPermit]:
    deadlines = register.comment_deadlines(db.session, page, now())
    return [replace(each, comments_until=deadlines.get(each.id)) for each in page]


def _list_page(
    filters: Filters,
    query: dict[str, Any],
    names: dict[str, str],
    page: list[PublicPermit],
    count: int,
    after: str | None,
) -> Response:
    return make_response(
        render_template(
            "permits/register/list.html",
            permits=page,
            count=min(count, register.MOST_COUNTED),
            is_more=count > register.MOST_COUNTED,
            is_register_empty=not page and not register.has_any(db.session),
            names=names,
            filters=filters,
            query=query,
            without=without,
            groups=[(group, GROUP_NAMES[group], states_of(group)) for group in GROUP_NAMES],
            state_names=STATE_NAMES,
            group_names=GROUP_NAMES,
            asked_states=query.get("state", []),
            since=write_day(filters.since) if filters.since else "",
            until=write_day(filters.until) if filters.until else "",
            asked=told_filters(filters, query, names),
            today_typed=write_day(get_today(db.session)),
            following=after,
            is_first="after" not in request.args,
            view=_view_of(page),
        )
    )


def _view_of(page: list[PublicPermit]) -> dict[str, Any] | None:
    """Where the map is to look to show these: the middle of them, at a zoom that holds them about."""
    spots = [(each.lon, each.lat) for each in page if each.lon is not None and each.lat is not None]
    if not spots:
        return None
    lons, lats = [lon for lon, _lat in spots], [lat for _lon, lat in spots]
    width = max(max(lons) - min(lons), max(lats) - min(lats))
    zoom = next((z for z in range(17, 9, -1) if 360 / 2**z * 2 > width), 10)
    return {
        "z": zoom,
        "lon": round((min(lons) + max(lons)) / 2, 5),
        "lat": round((min(lats) + max(lats)) / 2, 5),
    }


@blueprint.get("/permits.atom")
@public
@limited(FILES)
def permits_atom() -> Response:
    """The newest of what is asked for, for a feed reader."""
    names = type_names(db.session)
    filters = read_filters(request.args, names)
    query = query_of(filters, request.args)
    page, _following = register.list_page(db.session, filters, None, _IN_FEED)
    written = atom.feed(
        page,
        names,
        last_moments(db.session, [each.id for each in page]),
        title=_("Building permits in %(city)s", city=_city()),
        own=url_for("register.permits_atom", **query, lang=language(), _external=True),
        page=url_for("register.permits", **query, _external=True),
        link=_address,
    )
    answer = Response(written, mimetype="application/atom+xml")
    answer.vary.update(["Accept-Language", "Cookie"])
    return answer


@blueprint.get("/permits.csv")
@public
@limited(FILES)
def permits_csv() -> Response:
    """Everything asked for as a BLDS file."""
    names = type_names(db.session)
    filters = read_filters(request.args, names)
    return send_file(_write(filters, names), "text/csv", as_attachment=True, download_name="permits.csv")


def _write(filters: Filters, names: dict[str, str]) -> IO[bytes]:
    """The file, whole before the answer begins: in memory while it is small, else on disk until it is sent."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (closed with the answer)
    # The mark at the beginning is that by which Excel knows UTF-8.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(blds.COLUMNS)
    writer.writerows(blds.rows(db.session, filters, names, _city(), _address))
    text.detach()
    file.seek(0)
    return file


def _city() -> str:
    return register.find_city_name(db.session) or _("The city")


def _address(reference: str) -> str:
    return url_for("register.case", reference=reference, _external=True)


@blueprint.get("/permits/<reference>.json", endpoint="case_json")
@blueprint.get("/permits/<reference>")
@public
def case(reference: str) -> Response:
    """A case's page."""
    found = read_case(db.session, read_words(reference, "reference", LONGEST), now())
    if wants_json(request):
        answer = jsonify(case_json(found))
    else:
        is_panel = request.args.get("panel") == "1"
        answer = make_response(
            render_template(
                "permits/register/article.html" if is_panel else "permits/register/case.html",
                page=found,
                permit=found.permit,
                state_names=STATE_NAMES,
                group_names=GROUP_NAMES,
                stance_names=STANCE_NAMES,
                precheck_told=_precheck(found),
                papers=_papers(found),
                is_panel=is_panel,
                may_appeal=may(Permission.ACCOUNT),
            )
        )
    answer.vary.update(["Accept", "Accept-Language", "Cookie"])
    return answer


def _papers(page: CasePage) -> list[dict[str, Any]]:
    """The documents that everybody may see, whoever looks: what parties see is on their own pages."""
    case = register.get_public(db.session, page.permit.reference)
    return tell_all(Visitor(case, None, Actor("visitor"), Audience.PUBLIC))


def _precheck(page: CasePage) -> Told | None:
    if not page.precheck:
        return None
    srid = register.find_srid(db.session)
    return told_on_page(precheck_from_json(page.precheck, srid), srid)
