"""Classes without a group: each family of codes has a hue, and a plan of one family none."""

import pytest

from layers.zoning.hues import family_hues, family_of

PALETTE = [["#111111", "#eeeeee"], ["#222222", "#dddddd"], ["#333333", "#cccccc"]]


@pytest.mark.parametrize(
    ("code", "family"),
    [("C-1A", "c"), ("c", "c"), ("BA-2", "ba"), ("R122", "r"), ("35", "35"), ("م۱۱", "م"), ("", "")],
)
def test_the_letters_before_the_number_are_the_family(code: str, family: str) -> None:
    assert family_of(code) == family


def test_a_family_has_one_hue_and_neighbours_in_the_list_have_others() -> None:
    hues = family_hues(["C-1", "BA", "C-2", "IA", "OS"], PALETTE)
    assert hues["C-1"] == hues["C-2"]
    assert [hues[code] for code in ("BA", "C-1", "IA", "OS")] == [*PALETTE, PALETTE[0]]


def test_one_family_alone_is_left_to_its_group() -> None:
    assert family_hues(["R1", "R2"], PALETTE) == {}
    assert family_hues([], PALETTE) == {}
