"""Classes without a group: each family of codes has a hue, the same wherever it is shown."""

import pytest

from layers.zoning.hues import HUES, family_of, look_of
from webmap.browser import style


@pytest.mark.parametrize(
    ("code", "family"),
    [("C-1A", "c"), ("c", "c"), ("BA-2", "ba"), ("R122", "r"), ("35", "35"), ("م۱۱", "م"), ("", "")],
)
def test_the_letters_before_the_number_are_the_family(code: str, family: str) -> None:
    assert family_of(code) == family


def test_a_family_has_one_look_and_its_neighbours_others() -> None:
    assert look_of("C-1", "other") == look_of("c-2B", "other")
    assert len({look_of(code, "other") for code in ("A", "B", "C", "D", "E", "F", "G")}) == HUES


def test_a_class_whose_group_is_told_looks_like_it() -> None:
    assert look_of("C-1", "residential") == "residential"


def test_every_look_is_in_the_style() -> None:
    assert set(style()["zone_unsorted"]) == {f"other-{at}" for at in range(HUES)}
