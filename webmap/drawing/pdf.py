"""An HTML document as a PDF in our own letters; the typesetter itself is loaded when the first is asked for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

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


def write_pdf(html: str, attached: Mapping[str, str] | None = None, **options: Any) -> bytes:
    """The document as PDF, printed at its true size; ``attached`` are texts to go along, by name.

    ``options`` are WeasyPrint's own (``pdf_variant`` …). It takes a processor for seconds: whoever calls it for
    strangers lets them wait in turn. Raises Unavailable when our letters are missing.
    """
    fonts = [_font(name) for name in _FONTS.values()]
    if not all(font.is_file() for font in fonts):
        # In other letters it would be another document, and WeasyPrint would only say so in its log.
        raise Unavailable(_("The fonts for printing are missing on the city's machine: run script/setup."))
    # WeasyPrint takes a second and 50 MB to load: commands and most workers never print.
    from webmap.drawing.typesetting import typeset  # noqa: PLC0415

    return typeset(html, fonts, attached or {}, **options)


def _font(name: str) -> Path:
    return _FOLDER / f"Vazirmatn-{name}.ttf"
