"""COPY's text format and JSON made column by column say what they would say value by value."""

import datetime as dt
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.copying import copy_text, json_objects

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.dates(),
)


def test_values_as_copy_reads_them() -> None:
    rows = [(1, "plain", None, True, 0.5), (2, "a\tb\\c\nd\re\x00", "said", False, None)]
    assert copy_text(rows) == "1\tplain\t\\N\tt\t0.5\n2\ta\\tb\\\\c\\nd\\re\tsaid\tf\t\\N\n"


def test_no_rows_are_no_lines() -> None:
    assert copy_text([]) == ""


def test_objects_leave_out_what_has_no_value() -> None:
    columns: dict[str, list[Any]] = {
        'na"me': ["«a, b»", None],
        "day": [dt.date(2026, 1, 2), None],
        "n": [1, 2.5],
    }
    assert [json.loads(one) for one in json_objects(columns)] == [
        {'na"me': "«a, b»", "day": "2026-01-02", "n": 1},
        {"n": 2.5},
    ]


@given(st.lists(st.tuples(VALUES, VALUES, st.integers(), st.text()), max_size=8))
def test_every_object_is_what_its_row_says(rows: list[tuple[Any, ...]]) -> None:
    columns = {name: [row[place] for row in rows] for place, name in enumerate("abcd")}
    expected = [
        json.loads(json.dumps({k: v for k, v in zip("abcd", row, strict=True) if v is not None}, default=str))
        for row in rows
    ]
    assert [json.loads(one) for one in json_objects(columns)] == expected
