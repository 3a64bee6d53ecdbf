"""Cuts the interface's font into one file per script, so that a page fetches only the letters it shows.

    subset_fonts.py SOURCE.woff2 FOLDER     writes FOLDER/{latin,persian,rest}.woff2

Together the three hold every character of the source. Each keeps what its script is shaped by (joined forms,
ligatures, marks, kerning) and the weights that our style sheets use.
"""

import io
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

WEIGHTS = (400, 700)
FEATURES = [
    "ccmp",
    "locl",
    "calt",
    "liga",
    "rlig",
    "init",
    "medi",
    "fina",
    "mark",
    "mkmk",
    "kern",
    "tnum",
    "lnum",
]
# The ranges of static/css/tokens.css, where a browser reads which file to fetch; tests/unit/test_fonts.py compares.
LATIN = [*range(0x20, 0x7F), 0xA0, 0xAB, 0xB0, 0xB2, 0xB7, 0xBB, 0xD7, 0x2011, 0x2013, 0x2014, 0x2018, 0x2019]
LATIN += [0x201C, 0x201D, 0x2022, 0x2026, 0x2212, 0x2260, 0x2264, 0x2265]
PERSIAN = [
    0x60C,
    0x61B,
    0x61F,
    *range(0x621, 0x64B),
    *range(0x64B, 0x656),
    *range(0x660, 0x66E),
    0x670,
    0x67E,
]
PERSIAN += [0x686, 0x698, 0x6A9, 0x6AF, 0x6C0, 0x6CC, *range(0x6F0, 0x6FA)]
PERSIAN += [0x200C, 0x200D, 0x200E, 0x200F]


def cut(source: Path, folder: Path) -> None:
    """Write the three files. Raises what fontTools raises for a file that is no font."""
    narrowed = _narrowed(source)
    held = set(TTFont(io.BytesIO(narrowed)).getBestCmap())
    folder.mkdir(parents=True, exist_ok=True)
    parts = {"latin": set(LATIN), "persian": set(PERSIAN), "rest": held - set(LATIN) - set(PERSIAN)}
    for name, characters in parts.items():
        _write(narrowed, characters & held, folder / f"{name}.woff2")


def _narrowed(source: Path) -> bytes:
    """The font with only the weights we use. Written out and read again: cutting trips over tables half read."""
    # Without the time: two builds of the same letters bear the same name.
    font = TTFont(source, recalcTimestamp=False)
    instancer.instantiateVariableFont(font, {"wght": WEIGHTS}, inplace=True)
    font.flavor = None
    written = io.BytesIO()
    font.save(written)
    return written.getvalue()


def _write(narrowed: bytes, characters: set[int], file: Path) -> None:
    options = Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.notdef_outline = True
    font = TTFont(io.BytesIO(narrowed), recalcTimestamp=False)
    cutter = Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    font.flavor = "woff2"
    font.save(file)


if __name__ == "__main__":
    cut(Path(sys.argv[1]), Path(sys.argv[2]))
