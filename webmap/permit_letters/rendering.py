"""Puts a letter on paper: first in the applicant's language, then in the other, each with the code that verifies it."""

import json

from flask import render_template

from core.i18n import LANGUAGES, speaking
from core.i18n import gettext as _
from core.qr import qr_svg
from permits.letters.services import Draft
from webmap.drawing.pdf import font_face, write_pdf

_CODE_MM = 27.0


def render(draft: Draft, city: dict[str, str], verify_url: str) -> bytes:
    """The letter's PDF; ``city`` is the city's name by language. Raises Unavailable where the fonts are missing."""
    first = draft.case.language if draft.case.language in LANGUAGES else "fa"
    order = [first, *(code for code in LANGUAGES if code != first)]
    parts = []
    for code in order:
        with speaking(code):
            told = _("QR code of the address where this letter is verified: %(url)s", url=verify_url)
            parts.append(
                render_template(
                    "permits/desk/letter_part.html",
                    draft=draft,
                    words=draft.stated["words"][code],
                    conditions=draft.stated["conditions"],
                    city=city[code],
                    code=qr_svg(verify_url, size_mm=_CODE_MM, title=told),
                    verify_url=verify_url,
                )
            )
    with speaking(first):
        html = render_template("permits/desk/letter.html", draft=draft, parts=parts, font=font_face())
    data = draft.stated | {
        "number": draft.number,
        "issued_on": draft.issued_on.isoformat(),
        "verify": verify_url,
    }
    attached = {"letter.json": json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True)}
    return write_pdf(html, attached, pdf_variant="pdf/a-3a", pdf_identifier=draft.public_id.encode())
