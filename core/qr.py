"""An address as a QR code."""

import io

import segno


def qr_svg(link: str, *, size_mm: float | None = None, title: str | None = None) -> str:
    """A link as a QR code: one SVG without colours of its own making, readable from paper that was folded once.

    ``title`` is what is read aloud in its place.
    """
    code = segno.make(link, error="m", micro=False)
    out = io.BytesIO()
    size = {"unit": "mm", "scale": size_mm / code.symbol_size(border=4)[0]} if size_mm else {"scale": 4}
    code.save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=True,
        border=4,
        light="#ffffff",
        dark="#000000",
        title=title,
        **size,
    )
    return out.getvalue().decode("utf-8")
