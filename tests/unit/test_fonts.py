"""The font cut by scripts: each file holds what the style sheet says of it, shaped as before."""

import json
import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from tests.conftest import ROOT
from webmap.assets import FOLDER

WHOLE = ROOT / "node_modules/vazirmatn/fonts/webfonts/Vazirmatn[wght].woff2"


def font(name: str) -> TTFont:
    names = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    return TTFont(FOLDER / names[f"{name}.woff2"])


def ranges(name: str) -> set[int]:
    """The characters for which a browser fetches this file."""
    css = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8")
    [told] = re.findall(rf"fonts/{name}\.woff2.*?unicode-range:([^;]+);", css, re.DOTALL)
    found: set[int] = set()
    for first, last in re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", told):
        found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found


@pytest.mark.parametrize("name", ["latin", "persian", "rest"])
def test_the_style_sheet_tells_what_a_file_holds(name: str) -> None:
    whole = set(TTFont(WHOLE).getBestCmap())
    held = set(font(name).getBestCmap())
    if name != "rest":
        assert held == whole & ranges(name)
    assert ranges(name) & whole - ranges("latin") - ranges("persian") <= held | ranges("latin") | ranges(
        "persian"
    )


def test_no_letter_is_lost() -> None:
    letters = {code for code in TTFont(WHOLE).getBestCmap() if chr(code).isalpha() or chr(code).isdigit()}
    held = {code for name in ("latin", "persian", "rest") for code in font(name).getBestCmap()}
    assert letters <= held


def test_what_the_interface_says_needs_only_two_files() -> None:
    whole = set(TTFont(WHOLE).getBestCmap())
    files = [
        *Path(ROOT).glob("*/translations/fa/LC_MESSAGES/messages.po"),
        *Path(ROOT).glob("*/templates/**/*.html"),
    ]
    assert len(files) > 20
    for file in files:
        # U+FFFD is quoted from files that could not be read.
        used = {
            ord(letter) for letter in file.read_text(encoding="utf-8") if letter > " " and letter != "\ufffd"
        }
        lost = used & whole - ranges("latin") - ranges("persian")
        assert not lost, (file, sorted(map(chr, lost)))


def test_persian_is_still_joined_and_marked_and_weighed() -> None:
    cut = font("persian")
    told = {
        each.FeatureTag for table in ("GSUB", "GPOS") for each in cut[table].table.FeatureList.FeatureRecord
    }
    assert {"init", "medi", "fina", "rlig", "mark", "kern"} <= told
    [weight] = cut["fvar"].axes
    assert (weight.axisTag, weight.minValue, weight.maxValue) == ("wght", 400, 700)
