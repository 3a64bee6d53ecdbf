"""Reads QR codes that are drawn as SVG, as a camera would read them off the screen."""

import re

import zxingcpp
from PIL import Image, ImageDraw

_DOT = 8
_STEP = re.compile(r"([mMh])\s*(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?")


def read_qr(svg: str) -> str:
    """The text of a code as segno draws it: one path of horizontal strokes, each a module high."""
    path = max(re.findall(r'\bd="([^"]+)"', svg), key=len)
    side = 4096
    picture = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(picture)
    x = y = 0.0
    for kind, first, second in _STEP.findall(path):
        if kind == "h":
            dark = [x * _DOT, (y - 0.5) * _DOT, (x + float(first)) * _DOT - 1, (y + 0.5) * _DOT - 1]
            pen.rectangle(dark, fill=0)
            x += float(first)
        elif kind == "M":
            x, y = float(first), float(second)
        else:
            x, y = x + float(first), y + float(second)
    (found,) = zxingcpp.read_barcodes(picture.crop((0, 0, 120 * _DOT, 120 * _DOT)))
    return str(found.text)
