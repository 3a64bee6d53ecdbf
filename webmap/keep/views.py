"""The addresses of what one can keep: the sheet on paper, the code of a link, and the page that offers it all."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, make_response, render_template, request, send_file, url_for

from accounts.permissions import Permission
from accounts.web import may
from core.geofiles.writing import FORMATS, write
from core.inputs import read_day, read_words
from core.limits.web import limited
from core.qr import qr_svg
from core.web import db, public
from layers.area import get_srid
from webmap.drawing.pdf import write_pdf
from webmap.keep import choices, downloads, links, sheet
from webmap.keep.questions import LONGEST_NUMBER, SheetWanted, Wanted, read_sheet, read_wanted
from webmap.keep.turns import FILES, SHEETS
from webmap.place.service import get_place_of
from webmap.rates import PAPERS

blueprint = Blueprint("keep", __name__)

_KEPT_S = 3600


@blueprint.get("/keep")
@public
def page() -> Response:
    """All that can be kept of a place: share, print, data; works without a script."""
    wanted = read_wanted(request.args)
    subject, staff = sheet.find_subject(db.session, wanted), may(Permission.STAFF_LAYERS)
    place_path = _place_path(wanted)
    day = wanted.day.isoformat() if wanted.day else ""
    answer = make_response(
        render_template(
            "keep/page.html",
            subject=subject,
            place_url=place_path,
            link=links.whole_link(place_path),
            qr=url_for("keep.qr", path=place_path),
            choices=choices.choices(has_outline=bool(wanted.number)),
            hidden=_hidden(wanted),
            one_file=url_for("keep.one_file", number=wanted.number, on=day or None)
            if wanted.number
            else None,
            files=choices.list_files(db.session, wanted.number, sheet.box_around(subject), day, staff=staff),
            around_m=sheet.AROUND_M,
            srid=get_srid(db.session),
        )
    )
    answer.vary.update(["Accept-Language", "Cookie"])
    return answer


@blueprint.get("/print.pdf")
@public
@limited(PAPERS)
def print_sheet() -> Response:
    """A place on paper, true to scale."""
    wanted = read_sheet(request.args)
    link = links.whole_link(_map_path(wanted))
    with SHEETS.taken():
        html = sheet.draw_sheet(db.session, wanted, link, qr_svg(link, size_mm=20))
        answer = Response(write_pdf(html), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(_sheet_name(wanted))}"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@blueprint.get("/parcels/<path:number>/keep.html")
@public
@limited(PAPERS)
def one_file(number: str) -> Response:
    """A parcel's map and words in one file that needs no network."""
    found = get_place_of(
        db.session, read_words(number, "number", LONGEST_NUMBER), read_day(request.args.get("on"))
    )
    assert found.parcel is not None
    link = links.whole_link(
        _place_path(Wanted(found.parcel.number, None, None, read_day(request.args.get("on")), ()))
    )
    # Folium takes half a second and 25 MB to load, for a file that few ask for.
    from webmap.keep import onefile  # noqa: PLC0415

    answer = make_response(onefile.write_place(db.session, found, link))
    title = onefile.title_of(found)
    plain = f"parcel-{found.day.isoformat()}.html"
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(title)}.html"
    )
    # It is a file to be kept: shown under our name it could do nothing.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.vary.update(["Accept-Language", "Cookie"])
    return answer


@blueprint.get("/qr.svg")
@public
def qr() -> Response:
    """The address of one of our own pages as a QR code."""
    link = links.whole_link(links.read_own_path(request.args.get("path")))
    answer = Response(qr_svg(link), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = f"private, max-age={_KEPT_S}"
    return answer


@blueprint.get("/download/<file>")
@public
@limited(PAPERS)
def download(file: str) -> Response:
    """A layer, the zoning or the parcels as a file: ``parcels.geojson``, ``schools.shp.zip``."""
    source, _dot, extension = file.partition(".")
    with FILES.taken():
        staff = may(Permission.STAFF_LAYERS)
        asked = downloads.read_download(db.session, source, extension, request.args, staff=staff)
        table = downloads.get_table(db.session, asked)
        answer = send_file(write(table, extension), mimetype=FORMATS[extension].media_type)
    answer.headers["Content-Disposition"] = downloads.file_name(db.session, asked)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _place_path(wanted: Wanted) -> str:
    """The place's own page: what is shared is read by whoever has no map, too."""
    day: dict[str, Any] = {"on": wanted.day.isoformat()} if wanted.day else {}
    if wanted.number:
        return url_for("place.parcel", number=wanted.number, **day)
    return url_for("place.place", lon=f"{wanted.lon:.6f}", lat=f"{wanted.lat:.6f}", **day)


def _hidden(wanted: Wanted) -> dict[str, str]:
    """What the print form sends besides its choices."""
    place = {"parcel": wanted.number} if wanted.number else {"lon": str(wanted.lon), "lat": str(wanted.lat)}
    day = {"on": wanted.day.isoformat()} if wanted.day else {}
    return {**place, **day, "layers": ",".join(wanted.shown)}


def _map_path(wanted: SheetWanted) -> str:
    """The live map at the sheet's place."""
    asked = wanted.wanted
    if asked.number:
        place = {"parcel": asked.number}
    else:
        place = {"z": "17", "lat": f"{asked.lat:.6f}", "lon": f"{asked.lon:.6f}"}
    day = {"on": asked.day.isoformat()} if asked.day else {}
    layers = {} if asked.shown == ("land_use",) else {"layers": ",".join(asked.shown)}
    values: dict[str, Any] = {**place, **day, **layers}
    return url_for("webmap.map_page", **values)


def _sheet_name(wanted: SheetWanted) -> str:
    place = wanted.wanted.number or f"{wanted.wanted.lat:.5f},{wanted.wanted.lon:.5f}"
    return f"{place.replace('/', '-')} {wanted.scale or ''}".strip() + ".pdf"
