"""The reader that judges our tiles is itself judged, on tiles whose validity others have settled."""

import json
from pathlib import Path

import pytest

from tests import mvt

# Where we are stricter on purpose: 016 is byte for byte 003, which is invalid; 039 is of version 1, and our tiles
# are of version 2; 057 announces more points than it has.
STRICTER = {"016", "039", "057"}


def test_the_reader_agrees_with_the_fixtures(shared_data: Path) -> None:
    folders = sorted((shared_data / "fixtures" / "mvt" / "fixtures").iterdir())
    assert len(folders) > 50
    wrong = {}
    for folder in folders:
        told = json.loads((folder / "info.json").read_text(encoding="utf-8"))["validity"]["v2"]
        try:
            mvt.read((folder / "tile.mvt").read_bytes())
            found = ""
        except mvt.Broken as broken:
            found = str(broken)
        if (found == "") != told:
            wrong[folder.name] = found
    assert wrong.keys() == STRICTER


def tile(*geometry: int, kind: int = 3) -> bytes:
    """A tile of one feature with these geometry numbers (commands and zigzag steps, each below 128)."""
    feature = bytes([0x18, kind, 0x22, len(geometry), *geometry])
    layer = b"\x0a\x01a" + bytes([0x12, len(feature)]) + feature + b"\x28\x80\x20\x78\x02"
    return bytes([0x1A, len(layer)]) + layer


SQUARE = (9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15)


def test_a_clockwise_square_is_valid() -> None:
    feature = mvt.read(tile(*SQUARE))["a"].features[0]
    assert feature.parts == [[(0, 0), (10, 0), (10, 10), (0, 10)]]
    assert feature.shape.area == 100


@pytest.mark.parametrize(
    ("geometry", "fault"),
    [
        ((9, 0, 0, 26, 0, 20, 20, 0, 0, 19, 15), "a hole before its shell"),
        ((9, 0, 0, 18, 20, 0, 20, 0, 15), "a ring without area"),
        ((9, 0, 0, 18, 20, 0, 19, 0, 15), "a ring of fewer than three points"),
        ((9, 0, 0, 26, 20, 0, 0, 0, 0, 20, 15), "two points in one place"),
        ((9, 0, 0, 26, 20, 0, 0, 20, 19, 0), "a part without its commands"),
        ((15,), "a part without its commands"),
    ],
)
def test_broken_rings_are_found(geometry: tuple[int, ...], fault: str) -> None:
    with pytest.raises(mvt.Broken, match=fault):
        mvt.read(tile(*geometry))
