"""Rows as COPY's text format wants them, made column by column: a call for every value took most of an import."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import Any

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": ""})
_TO_ESCAPE = "\\\t\n\r\x00"
_NO_VALUE = "\\N"
_NUMBERS = {int, float, bool, type(None)}
_JSON = json.JSONEncoder(ensure_ascii=False, default=str)


def copy_text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows, each with as many values (None: no value), as lines that COPY reads."""
    columns = [_copied_all(column) for column in zip(*rows, strict=True)]
    return "".join(line + "\n" for line in map("\t".join, zip(*columns, strict=True)))


def _copied_all(column: Sequence[Any]) -> Iterable[str]:
    if set(map(type, column)) != {str}:
        return map(_copied, column)
    # One look at all of them together: hardly ever is there anything to escape.
    whole = "".join(column)
    return map(_copied, column) if any(sign in whole for sign in _TO_ESCAPE) else column


def _copied(value: Any) -> str:
    if value is None:
        return _NO_VALUE
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)


def json_objects(columns: dict[str, list[Any]]) -> Iterator[str]:
    """Each row of columns (n values each) as a JSON object, without what it has no value for."""
    names = [_JSON.encode(name) + ": " for name in columns]
    written = [_json_values(values) for values in columns.values()]
    given = [[value is not None for value in values] for values in columns.values()]
    for there, row in zip(zip(*given, strict=True), zip(*written, strict=True), strict=True):
        members = map("".join, zip(names, row, strict=True))
        yield "{" + ", ".join(members if all(there) else compress(members, there)) + "}"


def _json_values(values: list[Any]) -> Iterable[str]:
    if values and set(map(type, values)) <= _NUMBERS:
        # Numbers hold no comma and no blank, so a list of them falls apart again where it was put together.
        return _JSON.encode(values)[1:-1].split(", ")
    return map(_JSON.encode, values)
