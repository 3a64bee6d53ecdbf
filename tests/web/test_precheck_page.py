"""The pre-check's lines on a page: an icon and a word and the figure and the article, in both languages."""

import datetime as dt
import html
import json
import re

import pytest
import shapely
from flask import Flask, render_template_string
from sqlalchemy.orm import Session

from core.i18n import speaking
from permits.precheck.page import told_on_page
from permits.precheck.picture import draw
from permits.precheck.proposal import Proposal
from permits.precheck.services import check
from tests import rich_city
from tests.small_city import SRID, X0, Y0

PICTURE = '{% from "permits/precheck.html" import picture with context %}{{ picture(drawn) }}'
PAGE = '{% from "permits/precheck.html" import precheck with context %}{{ precheck(told) }}'


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "en",
            ["Passes", "Fails", "Cannot tell", "To know", "R122", "S213", "Source:", "Art. 12", "5 floors"],
        ),
        ("fa", ["مطابق ضوابط", "مغایر ضوابط", "قابل تشخیص نیست", "شایان توجه", "R122", "مأخذ:", "۵ طبقه"]),
    ],
)
def test_each_line_has_an_icon_a_word_and_its_figures(
    app: Flask, city: Session, code: str, words: list[str]
) -> None:
    rich_city.build(city)
    drawn = shapely.box(X0 + 39, Y0 + 32, X0 + 78, Y0 + 58)
    found = check(
        city, "1-1-2", Proposal(footprint=drawn, floors=5, use="residential"), dt.date(2026, 11, 25)
    )
    with app.test_request_context(), speaking(code):
        page = render_template_string(PAGE, told=told_on_page(found, SRID))
    for word in words:
        assert word in page
    lines = re.findall(r'<li class="check".*?</li>', page, re.S)
    assert len(lines) == len(found.checks) + len(found.findings)
    for line in lines:
        assert '<svg class="icon" aria-hidden="true"' in line
        outcome = re.search(r'check-outcome">.*?</svg>\s*([^<]+)</span>', line, re.S)
        assert outcome is not None
        assert outcome[1].strip(), "the outcome is told by a word, too"
    shapes = re.search(r'data-shapes="([^"]*)"', page)
    assert shapes is not None
    features = json.loads(html.unescape(shapes[1]))["features"]
    assert {each["properties"]["of"] for each in features} >= {"inside", "setback", "heritage"}
    assert all(f'data-line="{each["id"]}"' in page for each in features)


@pytest.mark.parametrize(
    ("code", "words"), [("en", ["Setback line", "10 m long"]), ("fa", ["خط عقب‌نشینی", "۱۰ متر"])]
)
def test_the_picture_needs_no_script(app: Flask, city: Session, code: str, words: list[str]) -> None:
    proposal = Proposal(footprint=shapely.box(X0 + 1, Y0 + 32, X0 + 30, Y0 + 50))
    found = check(city, "1-1-1", proposal, dt.date(2026, 11, 25))
    drawn = draw(city, found, proposal)
    with app.test_request_context(), speaking(code):
        page = render_template_string(PICTURE, drawn=drawn)
    assert all(word in page for word in words)
    assert 'role="img" aria-label="' in page
    assert 'class="drawn-fail"' in page
    assert "style=" not in page, "the page's policy would refuse it"


def test_what_a_plan_says_is_escaped(app: Flask, city: Session) -> None:
    rich_city.build(city)
    found = check(city, "1-1-1", Proposal(), dt.date(2026, 11, 25))
    told = told_on_page(found, SRID)
    told.land[0].__dict__["sentence"] = "<script>alert(1)</script>"
    told.shapes["features"][0]["properties"]["of"] = "\"><script>alert(1)</script>'"
    with app.test_request_context():
        page = render_template_string(PAGE, told=told)
    assert "<script" not in page
