"""WeasyPrint, reading nothing from anywhere, its sheets printed at their true size. Imported by ``pdf`` alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pydyf
from weasyprint import HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse


def typeset(html: str, fonts: Sequence[Path], attached: Mapping[str, str], **options: Any) -> bytes:
    """The document as PDF, set in these fonts; ``options`` are WeasyPrint's own."""
    document = HTML(string=html, url_fetcher=_OnlyFonts(fonts), base_url="about:blank")
    attachments = [Attachment(string=said, name=name, relationship="Data") for name, said in attached.items()]
    written: bytes = document.write_pdf(
        finisher=_at_true_size, font_config=FontConfiguration(), attachments=attachments or None, **options
    )
    return written


class _OnlyFonts(URLFetcher):  # type: ignore[misc]
    """What a document may read: our letters. Anything else would be somebody's file or somebody's host."""

    def __init__(self, fonts: Sequence[Path]) -> None:
        super().__init__()
        self._by_url = {font.as_uri(): font for font in fonts}

    def fetch(self, url: str, _headers: Any = None) -> URLFetcherResponse:
        path = self._by_url.get(url)
        if path is None:
            raise ValueError(f"a document may not read {url}")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/ttf"})


def _at_true_size(_document: Any, pdf: Any) -> None:
    """Tell viewers not to shrink the sheet to the printer's margins: it would no longer be true to scale."""
    preferences = pdf.catalog.setdefault("ViewerPreferences", pydyf.Dictionary())
    preferences["PrintScaling"] = "/None"
