"""Puts a certificate on paper: the place drawn to scale, the words of the statement, as a tagged PDF/A to be kept."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import shapely
from flask import render_template
from sqlalchemy.orm import Session

from core.i18n import gettext as _
from core.i18n import speaking
from core.qr import qr_svg
from layers.boundary import get_city
from layers.schemas import name_of
from layers.words import isolated
from parcels.certificates.services import Draft, Statement
from webmap.drawing import city as drawn_city
from webmap.drawing import palette
from webmap.drawing.frame import Frame, frame_around
from webmap.drawing.labels import PT_MM, Label, place_labels, text_width_mm
from webmap.drawing.pdf import font_face, write_pdf
from webmap.keep.questions import scale_words
from webmap.keep.sheet import scale_bar
from webmap.place.service import Place

WIDTH_MM, HEIGHT_MM, LOW_MM = 182.0, 96.0, 74.0
"""The map's sides; it is lower where the rules of more than one zone want room on the page."""
SCALES = (200, 250, 500, 1_000, 2_000, 2_500, 5_000, 10_000, 25_000)
_CODE_MM = 27.0
_OWN_PT = 8.0


def render(session: Session, place: Place, draft: Draft, verify_url: str) -> bytes:
    """The certificate's PDF in the language of its statement.

    Raises Unavailable where the fonts are missing or many sheets are being drawn.
    """
    with speaking(draft.statement.language):
        html = _page(session, place, draft, verify_url)
    attached = {"certificate.json": _as_data(draft, verify_url)}
    return write_pdf(html, attached, pdf_variant="pdf/a-3a", pdf_identifier=draft.public_id.encode())


def _page(session: Session, place: Place, draft: Draft, verify_url: str) -> str:
    statement, city = draft.statement, get_city(session)
    assert place.parcel is not None
    outline = shapely.from_wkb(bytes(place.parcel.shape.data))
    frame = frame_around(outline, WIDTH_MM, HEIGHT_MM if len(place.parts) == 1 else LOW_MM, SCALES)
    shown = [drawn_city.ZONING, *sorted({over.slug for over in place.around.overlays})]
    content = drawn_city.read_content(session, frame, city.srid, place.day, shown, [outline])
    number, scale = isolated(statement.parcel_number), scale_words(int(frame.scale))
    told = _(
        "Map of parcel %(parcel)s among its neighbours, at a scale of %(scale)s, north up",
        parcel=number,
        scale=scale,
    )
    code_told = _("QR code of the address where this certificate is verified: %(url)s", url=verify_url)
    return render_template(
        "certificates/certificate.html",
        draft=draft,
        number=isolated(draft.number),
        parcel=number,
        words=statement.stated["words"][statement.language],
        city=name_of(city.name_fa, city.name_en),
        srid=city.srid,
        frame=frame,
        picture=drawn_city.draw(content).svg(told),
        labels=[*_labels_of_others(content, statement), *_own_labels(place, frame, outline)],
        scale=scale,
        bar=scale_bar(frame.scale),
        colours={group: palette.zone_colour("", group, "") for group in palette.style()["zone_groups"]},
        code=qr_svg(verify_url, size_mm=_CODE_MM, title=code_told),
        verify_url=verify_url,
        find_url=verify_url.rpartition("/")[0],
        font=font_face(),
    )


def _labels_of_others(content: drawn_city.Content, statement: Statement) -> list[Label]:
    return [label for label in place_labels(content) if label.text != statement.parcel_number]


def _own_labels(place: Place, frame: Frame, outline: Any) -> Iterator[Label]:
    """The parcel's number, and on each of its parts the code of its zone where that fits in."""
    assert place.parcel is not None
    is_one = len(place.parts) == 1
    offer = partial(_label_on, frame)
    yield from offer(
        outline, place.parcel.number, "own", palette.base_colour("accent"), -1.7 if is_one else -3.4
    )
    for part in place.parts:
        rules, cut = part.zone.rules, part.zone.cut
        ground = outline if is_one or cut is None else shapely.from_wkb(cut)
        colour = palette.zone_colour(rules.code, rules.group, rules.colour)
        yield from offer(ground, rules.code, "part", colour, 1.9)


def _label_on(
    frame: Frame, ground: Any, text: str, kind: str, colour: str, shift_mm: float
) -> Iterator[Label]:
    """A word in the middle of a piece of ground, moved down by so much; none where it would reach beyond it."""
    shape = frame.on_paper(ground)
    middle = shapely.point_on_surface(shape)
    x, y = float(shapely.get_x(middle)), float(shapely.get_y(middle)) + shift_mm
    wide, high = text_width_mm(text, _OWN_PT) + 1.0, _OWN_PT * PT_MM * 1.3
    if shapely.contains(shape, shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)):
        yield Label(text, kind, x, y, wide, high, 0.0, _OWN_PT, colour)


def _as_data(draft: Draft, verify_url: str) -> str:
    """What is stated, for programs: the words of a PDF cannot be read back without loss in every script."""
    stated = draft.statement.stated | {
        "number": draft.number,
        "issued_on": draft.issued_on.isoformat(),
        "verify": verify_url,
    }
    return json.dumps(stated, ensure_ascii=False, indent=1, sort_keys=True)
