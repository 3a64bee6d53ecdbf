"""An HTML document as a PDF: in our own letters, reading nothing from anywhere, printed at its true size."""

from pathlib import Path
from typing import Any

import pydyf
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from core.errors import Unavailable
from core.i18n import gettext as _

# The static cuts: WeasyPrint does not know of variable fonts, and would unpack the web font for every sheet.
_FOLDER = Path(__file__).resolve().parents[2] / "node_modules" / "vazirmatn" / "fonts" / "ttf"
_FONTS = {400: "Regular", 500: "Medium", 600: "SemiBold", 700: "Bold"}


def font_face() -> str:
    """The rules that let a document be set in the letters of the house."""
    return "\n".join(
        f'@font-face {{ font-family: Vazirmatn; font-weight: {weight}; src: url("{_font(name).as_uri()}"); }}'
        for weight, name in _FONTS.items()
    )


def write_pdf(html: str, **options: Any) -> bytes:
    """The document as PDF; ``options`` are WeasyPrint's own (``pdf_variant``, ``attachments`` …).

    It takes a processor for seconds: whoever calls it for strangers lets them wait in turn. Raises Unavailable when our
    letters are missing.
    """
    if not all(_font(name).is_file() for name in _FONTS.values()):
        # In other letters it would be another document, and WeasyPrint would only say so in its log.
        raise Unavailable(_("The fonts for printing are missing on the city's machine: run script/setup."))
    document = HTML(string=html, url_fetcher=_OnlyFonts(), base_url="about:blank")
    written: bytes = document.write_pdf(finisher=_at_true_size, font_config=FontConfiguration(), **options)
    return written


def _font(name: str) -> Path:
    return _FOLDER / f"Vazirmatn-{name}.ttf"


class _OnlyFonts(URLFetcher):  # type: ignore[misc]
    """What a document may read: our letters. Anything else would be somebody's file or somebody's host."""

    def fetch(self, url: str, _headers: Any = None) -> URLFetcherResponse:
        path = next((path for path in map(_font, _FONTS.values()) if path.as_uri() == url), None)
        if path is None:
            raise ValueError(f"a document may not read {url}")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/ttf"})


def _at_true_size(_document: Any, pdf: Any) -> None:
    """Tell viewers not to shrink the sheet to the printer's margins: it would no longer be true to scale."""
    preferences = pdf.catalog.setdefault("ViewerPreferences", pydyf.Dictionary())
    preferences["PrintScaling"] = "/None"
