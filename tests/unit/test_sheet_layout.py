"""A sheet's legend is all there, however long, and the map takes what it leaves."""

import datetime as dt

import pytest

from webmap.keep.layout import lay_out
from webmap.keep.legend import Entry
from webmap.keep.questions import SheetWanted, Wanted


def sheet(paper: str = "a4", orientation: str = "portrait") -> SheetWanted:
    return SheetWanted(
        Wanted("1-1-1", None, None, dt.date(2026, 11, 25), ()), 1_000, paper, orientation, "fa"
    )


def legend(count: int) -> list[Entry]:
    return [
        Entry("", f"R{n}", "مسکونی میان‌تراکم، سه طبقه", "Medium-density residential") for n in range(count)
    ]


@pytest.mark.parametrize("paper", ["a4", "a3"])
@pytest.mark.parametrize("orientation", ["portrait", "landscape"])
@pytest.mark.parametrize("count", [0, 1, 12, 40])
def test_no_entry_is_lost_and_their_order_stays(paper: str, orientation: str, count: int) -> None:
    entries = legend(count)
    layout = lay_out(sheet(paper, orientation), entries)
    assert [entry for column in layout.columns for entry in column] == entries
    # The map keeps the better part of the paper.
    assert layout.map_width_mm > 100
    assert layout.map_height_mm > 100


def test_a_long_legend_takes_its_room_from_the_map() -> None:
    short, long = lay_out(sheet(), legend(3)), lay_out(sheet(), legend(40))
    assert long.map_height_mm < short.map_height_mm
    assert long.map_width_mm == short.map_width_mm
    short, long = (lay_out(sheet(orientation="landscape"), legend(n)) for n in (3, 40))
    assert long.map_width_mm < short.map_width_mm
