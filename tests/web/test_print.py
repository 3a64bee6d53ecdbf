"""The sheet on paper is true to scale, says what a plan has to say, and refuses what cannot be drawn."""

import io
import itertools
import math
from typing import Any

import numpy as np
import pypdf
import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image, ImageDraw
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.small_city import X0, Y0
from webmap.drawing import city as drawn_city

MM_PT = 72 / 25.4


def sheet(client: FlaskClient, **query: object) -> pypdf.PdfReader:
    answer = client.get("/print.pdf", query_string={"parcel": "1-1-1", "language": "en", **query})
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    return pypdf.PdfReader(io.BytesIO(answer.data))


def lines_of(reader: pypdf.PdfReader) -> list[list[tuple[float, float]]]:
    """Every run of straight lines on the sheet, in millimetres from the lower left corner of the paper."""
    runs: list[list[tuple[float, float]]] = []

    def see(operator: bytes, operands: Any, cm: list[float], _tm: list[float]) -> None:
        if operator in (b"m", b"l"):
            x, y = (float(each) for each in operands)
            a, b, c, d, e, f = cm
            spot = ((a * x + c * y + e) / MM_PT, (b * x + d * y + f) / MM_PT)
            if operator == b"m":
                runs.append([spot])
            else:
                runs[-1].append(spot)

    reader.pages[0].extract_text(visitor_operand_before=see)
    return runs


@pytest.mark.parametrize(("scale", "width_mm"), [(500, 200.0), (1_000, 100.0), (2_500, 40.0), (10_000, 10.0)])
def test_a_hundred_metres_on_paper(client: FlaskClient, city: Session, scale: int, width_mm: float) -> None:
    """A line of exactly 100 m on the ground, measured in the finished PDF."""
    city.execute(
        text(
            "INSERT INTO feature (layer_id, key, geom) VALUES (3, 'hundred', ST_SetSRID(ST_MakeLine("
            "ST_MakePoint(:x - 50, :y + 15), ST_MakePoint(:x + 50, :y + 15)), 32639))"
        ),
        {"x": X0 + 20, "y": Y0 + 30},
    )
    paper = {"paper": "a3", "orientation": "landscape"}
    found = [
        math.dist(run[0], run[-1])
        for run in lines_of(sheet(client, scale=scale, **paper))
        if len(run) == 2 and abs(run[0][1] - run[1][1]) < 1e-6
    ]
    assert min(abs(length - width_mm) for length in found) < 0.01


def test_a_parcel_is_as_wide_and_high_on_paper_as_on_the_ground(client: FlaskClient, city: Session) -> None:
    boxes = [np.ptp(np.array(run), axis=0) for run in lines_of(sheet(client, scale=1_000)) if len(run) >= 4]
    assert any(np.allclose(box, (40, 30), atol=0.01) for box in boxes)


@pytest.mark.parametrize("paper", ["a4", "a3"])
@pytest.mark.parametrize("orientation", ["portrait", "landscape"])
def test_one_page_of_the_paper_asked_for(
    client: FlaskClient, city: Session, paper: str, orientation: str
) -> None:
    reader = sheet(client, paper=paper, orientation=orientation, layers="land_use,zoning,clinics")
    (page,) = reader.pages
    short, long = {"a4": (210, 297), "a3": (297, 420)}[paper]
    width, height = (short, long) if orientation == "portrait" else (long, short)
    assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(
        (width * MM_PT, height * MM_PT)
    )
    # Viewers are told not to shrink it to the printer's margins.
    root: Any = reader.trailer["/Root"]
    assert root["/ViewerPreferences"]["/PrintScaling"] == "/None"


def test_it_says_what_a_plan_has_to_say(client: FlaskClient, city: Session) -> None:
    reader = sheet(client, scale=1_000, layers="land_use,zoning,clinics", on="2026-11-25")
    words = " ".join(reader.pages[0].extract_text().split())
    for said in (
        "Parcel 1-1-1",
        "2 Shariati Street",
        "Smallville",
        "1:1,000",
        "25 November 2026",
        "EPSG:32639",
    ):
        assert said in words, said
    for said in (
        "Residential",
        "R122",
        "Medium-density residential",
        "S213",
        "Clinics",
        "municipality's own records",
    ):
        assert said in words, said
    # Of what is not on the sheet the legend says nothing.
    assert "Industrial" not in words
    # Named in the other script, too.
    assert "شهرک" in words


def test_in_persian_with_its_own_letters_and_digits(client: FlaskClient, city: Session) -> None:
    reader = sheet(client, scale=1_000, language="fa", on="2026-11-25")
    fonts = {str(font["/BaseFont"]) for font in _fonts(reader)}
    assert fonts
    assert all("Vazirmatn" in font for font in fonts), fonts
    words = reader.pages[0].extract_text()
    # The reader of the test tells digits among Persian words from the right: 1405.
    assert "آذر ۵۰۴۱" in words
    assert "خیابان شریعتی، پلاک ۲" in words
    assert "Smallville" in words


def _fonts(reader: pypdf.PdfReader) -> list[Any]:
    resources: Any = reader.pages[0]["/Resources"]
    return [each.get_object() for each in resources["/Font"].values()]


def test_its_code_leads_to_the_live_map(client: FlaskClient, city: Session) -> None:
    """The squares of the QR are taken from the PDF itself and read as a camera would."""
    reader = sheet(client, scale=1_000, on="2026-11-25")
    assert read_squares(reader) == "http://localhost/?parcel=1-1-1&on=2026-11-25"


def read_squares(reader: pypdf.PdfReader) -> str:
    """Draw the horizontal strokes that a code consists of, and read it."""
    strokes = [
        (run[0], run[1])
        for run in lines_of(reader)
        if len(run) == 2 and abs(run[0][1] - run[1][1]) < 1e-6 and run[0][0] < 60 and run[0][1] < 50
    ]
    left, low = min(x for (x, _y), _end in strokes), min(y for (_x, y), _end in strokes)
    dots = 40
    picture = Image.new("L", (1400, 1400), 255)
    pen = ImageDraw.Draw(picture)
    rows = sorted({round(y, 2) for (_x, y), _end in strokes})
    module = min(b - a for a, b in itertools.pairwise(rows) if b - a > 0.05)
    for (x1, y), (x2, _y) in strokes:
        top = 1300 - (y - low + module / 2) * dots
        pen.rectangle(
            [100 + (x1 - left) * dots, top, 100 + (x2 - left) * dots - 1, top + module * dots - 1], fill=0
        )
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text)


def test_a_spot_without_a_parcel(client: FlaskClient, city: Session) -> None:
    lon, lat = city.execute(
        text("SELECT ST_X(p), ST_Y(p) FROM ST_Transform(ST_SetSRID(ST_MakePoint(:x, :y), 32639), 4326) AS p"),
        {"x": X0 - 300, "y": Y0 - 300},
    ).one()
    reader = sheet(client, parcel="", lon=lon, lat=lat)
    assert f"{lat:.5f}" in reader.pages[0].extract_text()


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ({"parcel": "9-9-9"}, 404, "number"),
        ({"parcel": ""}, 400, "lon"),
        ({"parcel": "", "lon": "2", "lat": "48"}, 404, None),
        ({"scale": "750"}, 422, "scale"),
        ({"scale": "huge"}, 400, "scale"),
        ({"paper": "a0"}, 400, "paper"),
        ({"orientation": "up"}, 400, "orientation"),
        ({"language": "de"}, 400, "language"),
        ({"on": "2026-13-01"}, 422, "on"),
        ({"layers": ",".join(f"l{n}" for n in range(99))}, 400, "layers"),
    ],
)
def test_what_cannot_be_drawn(
    client: FlaskClient, city: Session, query: dict[str, str], status: int, field: str | None
) -> None:
    answer = client.get(
        "/print.pdf", query_string={"parcel": "1-1-1", **query}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == status
    assert (answer.get_json() or {}).get("field") == field


def test_too_much_for_a_sheet_is_said_before_it_is_drawn(
    client: FlaskClient, city: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"parcel": "1-1-1", "scale": 1_000}
    monkeypatch.setattr(drawn_city, "MOST_THINGS", 7)  # six parcels and the street
    assert client.get("/print.pdf", query_string=asked).status_code == 200
    monkeypatch.setattr(drawn_city, "MOST_THINGS", 6)
    answer = client.get(
        "/print.pdf", query_string={**asked, "lang": "en"}, headers={"Accept": "application/json"}
    )
    problem = answer.get_json()
    assert (answer.status_code, problem["field"]) == (422, "scale")
    assert "larger scale" in problem["title"]


def test_another_language_on_paper_leaves_the_visitors_own(client: FlaskClient, city: Session) -> None:
    sheet(client, language="fa")
    assert client.get("/search", headers={"Accept-Language": "en"}).headers["Content-Language"] == "en"


def test_a_street_name_with_markup_stays_words(client: FlaskClient, city: Session) -> None:
    city.execute(text("UPDATE feature SET name_en = '<img src=x><b>Oak' WHERE key = 's1'"))
    assert "<b>Oak" in sheet(client, scale=500).pages[0].extract_text()


def test_who_is_refused_is_told_so_in_their_own_language(
    client: FlaskClient, city: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"scale": 1_000, "language": "fa", "lang": "en"}
    as_json = {"Accept": "application/json"}
    missing = client.get("/print.pdf", query_string={**asked, "parcel": "9-9-9"}, headers=as_json).get_json()
    assert missing["title"].startswith("There is no parcel 9-9-9")
    monkeypatch.setattr(drawn_city, "MOST_THINGS", 1)
    much = client.get("/print.pdf", query_string={**asked, "parcel": "1-1-1"}, headers=as_json).get_json()
    assert much["title"].startswith("More than 1 things")
