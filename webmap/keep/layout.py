"""How a sheet is parted between map, facts and legend: a legend that is long takes its room from the map."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from webmap.drawing.labels import PT_MM, text_width_mm
from webmap.keep.legend import Entry
from webmap.keep.questions import SheetWanted

MARGIN_MM = 10.0
_HEAD_MM = 15.0
# The column of scale, code and notes; it stands beside the legend of an upright sheet and over that of a lying one.
_FACTS_WIDTH_MM, _FACTS_HEIGHT_MM = 70.0, 46.0
_GAP_MM = 4.0
_TITLE_MM = 7.0
_COLUMN_MM = 40.0
_SIDE_COLUMN_MM = 58.0
_SAMPLE_MM, _BETWEEN_MM = 8.5, 3.0
_WORDS_PT, _LINE = 6.5, 1.35
_LEAST_ENTRY_MM = 4.6
_MOST_SHARE = 0.6
"""Of the paper's height or width: what the map leaves at most."""


@dataclass(frozen=True)
class Layout:
    """The map's size on the sheet, and the columns of the legend with the width of each, in millimetres."""

    map_width_mm: float
    map_height_mm: float
    columns: list[list[Entry]]
    column_width_mm: float


def lay_out(wanted: SheetWanted, legend: Sequence[Entry]) -> Layout:
    """The largest map that leaves room for the whole legend, down to two fifths of the sheet."""
    width, height = wanted.size_mm
    width, height = width - 2 * MARGIN_MM, height - 2 * MARGIN_MM - _HEAD_MM
    return (
        _upright(width, height, legend) if wanted.orientation == "portrait" else _lying(width, height, legend)
    )


def _upright(width: float, height: float, legend: Sequence[Entry]) -> Layout:
    legend_width = width - _FACTS_WIDTH_MM
    count = max(1, int(legend_width // _COLUMN_MM))
    column_width = legend_width / count
    columns = _part(legend, count, column_width)
    foot = min(max(_FACTS_HEIGHT_MM, _height_mm(columns, column_width)) + _GAP_MM, height * _MOST_SHARE)
    return Layout(width, height - foot, columns, column_width)


def _lying(width: float, height: float, legend: Sequence[Entry]) -> Layout:
    room = height - _FACTS_HEIGHT_MM - _GAP_MM
    most = max(1, int(width * _MOST_SHARE // _SIDE_COLUMN_MM))
    parted = (_part(legend, count, _SIDE_COLUMN_MM) for count in range(1, most + 1))
    columns = next((each for each in parted if _height_mm(each, _SIDE_COLUMN_MM) <= room), None)
    columns = columns or _part(legend, most, _SIDE_COLUMN_MM)
    side = max(1, len(columns)) * _SIDE_COLUMN_MM
    return Layout(width - side - _GAP_MM, height, columns, _SIDE_COLUMN_MM)


def _part(legend: Sequence[Entry], count: int, width: float) -> list[list[Entry]]:
    """The legend in at most so many columns about as high as each other.

    Parted here, since WeasyPrint would break an entry between its sample and its words.
    """
    target = sum(_entry_mm(entry, width) for entry in legend) / count
    columns: list[list[Entry]] = []
    height = math.inf
    for entry in legend:
        own = _entry_mm(entry, width)
        if height >= target and len(columns) < count:
            columns.append([])
            height = 0.0
        columns[-1].append(entry)
        height += own
    return columns


def _height_mm(columns: list[list[Entry]], width: float) -> float:
    """How high a legend stands in these columns, with its title."""
    return _TITLE_MM + max((sum(_entry_mm(entry, width) for entry in each) for each in columns), default=0.0)


def _entry_mm(entry: Entry, width: float) -> float:
    room = width - _SAMPLE_MM - _BETWEEN_MM
    words = " ".join(filter(None, (entry.code, entry.name, entry.other_name)))
    # A tenth more than it is long: lines are broken between words.
    lines = math.ceil(text_width_mm(words, _WORDS_PT) * 1.1 / room)
    return max(_LEAST_ENTRY_MM, lines * _WORDS_PT * PT_MM * _LINE + 0.7)
