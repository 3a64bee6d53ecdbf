"""The report of a file: short on the screen, whole where it is asked for, small in memory either way."""

import pytest

from core import i18n
from core.geofiles import Report


@pytest.fixture
def report() -> Report:
    i18n.set_language("en")
    report = Report()
    report.add_many("geometry.null", "lots.shp", range(1500))
    report.add_many("geometry.null", "more.shp", [7])
    report.add_many("geometry.null", None, [9])
    return report


def test_the_short_report_says_how_many_more(report: Report) -> None:
    *named, last = report.lines(20)
    assert len(named) == 20
    assert "1482 more of this kind" in last
    assert report.is_longer_than(20)


def test_the_whole_report_leaves_nothing_out(report: Report) -> None:
    told = report.lines(None)
    assert len(told) == 1003
    beyond = {int(number) for number in told[1000].split("FID ")[1].rstrip(".").split(", ")}
    assert beyond == set(range(1000, 1500))
    assert told[1000].startswith("lots.shp: 500 more")
    assert told[1001].endswith("FID 7.")
    assert told[1002].endswith("FID 9.")
    assert not any("…" in line for line in told)


def test_a_report_with_room_is_not_long() -> None:
    report = Report()
    report.add_many("geometry.null", "lots.shp", range(20))
    assert not report.is_longer_than(20)
    assert report.lines(20) == report.lines(None)
