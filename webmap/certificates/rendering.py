"""Puts a certificate on paper: from its template to a tagged PDF/A with its fonts inside. Nothing is fetched."""

import base64
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import segno
from flask import render_template
from weasyprint import HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from core.errors import Unavailable
from core.i18n import gettext as _
from core.i18n import speaking
from layers.models import City
from layers.schemas import name_of
from layers.words import isolated
from parcels.certificates.services import Draft
from webmap.certificates.plan import NORTH, Plan, zone_colours

_FONTS = Path(__file__).resolve().parents[2] / "node_modules" / "vazirmatn" / "fonts" / "ttf"
FONT_FILES = ("Vazirmatn-Regular.ttf", "Vazirmatn-Bold.ttf")
_FONT_ADDRESS = "font:"


def render(draft: Draft, plan: Plan, city: City, verify_url: str) -> bytes:
    """The certificate's PDF in the language of its statement. Raises Unavailable where the fonts are missing."""
    statement = draft.statement
    with speaking(statement.language):
        html = render_template(
            "certificates/certificate.html",
            draft=draft,
            number=isolated(draft.number),
            parcel=isolated(statement.parcel_number),
            words=statement.stated["words"][statement.language],
            plan=plan,
            map_image=_image(plan.svg),
            qr_image=_image(qr_svg(verify_url)),
            north_image=_image(NORTH),
            zone_colours=zone_colours(),
            city=name_of(city.name_fa, city.name_en),
            srid=city.srid,
            verify_url=verify_url,
            find_url=verify_url.rpartition("/")[0],
            fonts=[
                (_FONT_ADDRESS + name, weight) for name, weight in zip(FONT_FILES, (400, 700), strict=True)
            ],
        )
    check_fonts()
    document = HTML(string=html, url_fetcher=_NothingFromOutside())
    pdf: bytes = document.write_pdf(
        pdf_variant="pdf/a-3a",
        pdf_identifier=draft.public_id.encode(),
        font_config=FontConfiguration(),
        attachments=[_as_data(draft, verify_url)],
    )
    return pdf


def qr_svg(address: str) -> str:
    """An address as a QR code, with room for damage (level M), as SVG."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False, dark="#000000")
    return out.getvalue().decode()


def check_fonts() -> None:
    """Raise Unavailable unless the fonts are here: in other letters it would not be the same document."""
    if not all((_FONTS / name).is_file() for name in FONT_FILES):
        raise Unavailable(_("The fonts for printing are missing on the city's machine: run script/setup."))


def _image(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _as_data(draft: Draft, verify_url: str) -> Attachment:
    """What is stated, for programs: the words of a PDF cannot be read back without loss in every script."""
    stated = draft.statement.stated | {
        "number": draft.number,
        "issued_on": draft.issued_on.isoformat(),
        "verify": verify_url,
    }
    written = json.dumps(stated, ensure_ascii=False, indent=1, sort_keys=True)
    return Attachment(string=written, name="certificate.json", relationship="Data")


class _NothingFromOutside(URLFetcher):  # type: ignore[misc]
    """Answers for the fonts and for what the page brings along, and for nothing else."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        """One resource; raises ValueError for what is not ours to read."""
        if url.startswith("data:"):
            return super().fetch(url, headers)
        name = url.removeprefix(_FONT_ADDRESS)
        if name not in FONT_FILES:
            raise ValueError(f"not fetched: {url}")
        return URLFetcherResponse(url, _font(name), {"Content-Type": "font/ttf"})


@cache
def _font(name: str) -> bytes:
    return (_FONTS / name).read_bytes()
