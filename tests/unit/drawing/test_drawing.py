"""A drawn map is true to scale, and its words lie where they can be read."""

import datetime as dt
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import shapely

from core import i18n
from layers.models import BaseRole
from webmap.drawing import city, labels, palette
from webmap.drawing.frame import Frame, frame_around
from webmap.drawing.queries import Thing
from webmap.drawing.svg import Drawing, path_data

X, Y = 540_000.0, 3_900_000.0
SVG = "{http://www.w3.org/2000/svg}"
DAY = dt.date(2026, 11, 25)


def numbers(data: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", data)]


@pytest.mark.parametrize(
    ("scale", "length_mm"), [(500, 200.0), (1_000, 100.0), (2_000, 50.0), (10_000, 10.0)]
)
def test_a_hundred_metres_are_as_long_as_the_scale_says(scale: int, length_mm: float) -> None:
    drawing = Drawing(Frame(X, Y, 300, 300, scale))
    line = shapely.LineString([(X - 50, Y), (X + 50, Y)])
    drawing.lines(np.array([line]), colour="#000000", width_mm=0.2)
    root = ET.fromstring(drawing.svg())
    # A user unit is a millimetre: the view box counts as many as the paper is wide.
    assert root.get("width") == "300mm"
    assert root.get("viewBox") == "0 0 300 300"
    (start, end) = numbers(next(root.iter(f"{SVG}path")).get("d", ""))
    assert end[0] - start[0] == pytest.approx(length_mm, abs=0.001)
    assert start[1] == end[1] == 150


def test_north_is_up_and_the_middle_is_the_middle() -> None:
    frame = Frame(X, Y, 180, 120, 1_000)
    assert frame.bounds == (X - 90, Y - 60, X + 90, Y + 60)
    spot = frame.on_paper(shapely.Point(X + 10, Y + 20))
    assert (spot.x, spot.y) == pytest.approx((100, 40))


def test_holes_stay_holes_and_every_part_is_drawn() -> None:
    holed = shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(4, 4), (6, 4), (6, 6), (4, 6)]])
    both = shapely.MultiPolygon([holed, shapely.box(20, 0, 30, 10)])
    data = path_data(np.array([both, shapely.LineString([(0, 0), (1, 1)])], dtype=object))
    assert data.count("M") == 4
    assert data.count("Z") == 3


def test_nothing_is_drawn_of_nothing() -> None:
    drawing = Drawing(Frame(X, Y, 100, 100, 1_000))
    drawing.areas(np.empty(0, dtype=object), colour="#000000")
    drawing.dots(np.array([shapely.Point(X + 500, Y)]), colour="#000000", halo="#ffffff", radius_mm=1)
    assert list(ET.fromstring(drawing.svg()).iter(f"{SVG}path")) == []
    assert list(ET.fromstring(drawing.svg()).iter(f"{SVG}circle")) == []


def test_a_colour_that_is_none_cannot_get_into_the_picture() -> None:
    look = palette.layer_look("x", "culture", {"colour": '"/><script>', "icon": "no such"})
    assert look.colour == palette.style()["domains"]["culture"]["colour"][0]


def test_the_largest_scale_that_leaves_room_is_taken() -> None:
    shape = shapely.box(X, Y, X + 100, Y + 20)
    assert frame_around(shape, 180, 180, (500, 1_000, 2_000)).scale == 1_000
    assert frame_around(shape, 1, 1, (500, 1_000, 2_000)).scale == 2_000


def content(frame: Frame, streets: list[Thing], parcels: list[Thing]) -> city.Content:
    return city.Content(frame, DAY, {BaseRole.STREET: streets}, parcels, [], [], shows_land_use=True)


def test_a_long_street_is_named_in_both_scripts_along_itself() -> None:
    street = Thing(
        shapely.LineString([(X - 90, Y - 90), (X + 90, Y + 90)]), "arterial", "خیابان لاله", "Laleh St"
    )
    with i18n.speaking("fa"):
        placed = labels.place_labels(content(Frame(X, Y, 180, 180, 1_000), [street], []))
    assert {each.text for each in placed} == {"خیابان لاله", "Laleh St"}
    # Up to the north-east is anticlockwise, and never upside down.
    assert [round(each.angle) for each in placed] == [-45] * len(placed)


def test_numbers_are_written_where_they_fit_and_nowhere_twice() -> None:
    wide = [
        Thing(shapely.box(X + 20 * n, Y, X + 20 * n + 20, Y + 30), "residential", f"1-1-{n}")
        for n in range(3)
    ]
    narrow = Thing(shapely.box(X - 3, Y, X, Y + 4), "residential", "1-1-99")
    placed = labels.place_labels(content(Frame(X, Y, 180, 180, 1_000), [], [*wide, wide[0], narrow]))
    assert sorted(each.text for each in placed) == ["1-1-0", "1-1-1", "1-1-2"]


def test_words_leave_free_what_is_taken() -> None:
    parcel = Thing(shapely.box(X - 10, Y - 15, X + 10, Y + 15), "residential", "1-1-1")
    drawn = content(Frame(X, Y, 180, 180, 1_000), [], [parcel])
    assert len(labels.place_labels(drawn)) == 1
    assert labels.place_labels(drawn, [shapely.box(85, 85, 95, 95)]) == []


def test_a_land_use_that_nobody_told_is_left_blank() -> None:
    parcels = [
        Thing(shapely.box(X, Y, X + 20, Y + 30), use, "1-1-1")
        for use in ("unknown", "residential", "nobody's")
    ]
    drawn = city.draw(content(Frame(X, Y, 180, 180, 1_000), [], parcels)).svg()
    assert palette.land_use_colour("residential") in drawn
    filled = [
        path.get("fill") for path in ET.fromstring(drawn).iter(f"{SVG}path") if path.get("fill") != "none"
    ]
    assert filled == [palette.land_use_colour("residential")]
