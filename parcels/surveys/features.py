"""Features on their way between the steps of a check: a line of JSON each, shapes as WKB. Nothing of it is ever run."""

import gzip
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Geometries = NDArray[np.object_]


def write_lines(path: Path, rows: Iterable[Any]) -> None:
    """Write rows (anything that JSON can hold; days as text), packed."""
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")


def read_lines(path: Path) -> Iterator[Any]:
    """The rows written by :func:`write_lines`."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def hex_of(shapes: Geometries | Sequence[Any]) -> list[str]:
    """Shapes (n,) as WKB in hexadecimal."""
    made = np.empty(len(shapes), dtype=object)
    made[:] = list(shapes)
    hexes: list[str] = shapely.to_wkb(made, hex=True).tolist()
    return hexes


def shapes_of(hexes: Sequence[str]) -> Geometries:
    """Shapes (n,) of :func:`hex_of`."""
    made = np.empty(len(hexes), dtype=object)
    made[:] = hexes
    shapes: Geometries = shapely.from_wkb(made)
    return shapes


def tell_progress(folder: Path, step: str, done: int, total: int | None) -> None:
    """Say how far a step is; whoever looks never sees half of it."""
    draft = folder / "progress.new"
    draft.write_text(json.dumps([step, done, total]), encoding="utf-8")
    os.replace(draft, folder / "progress")  # noqa: PTH105 (the one call that is atomic)


def read_request(folder: Path) -> dict[str, Any]:
    """What a step is asked to do."""
    asked: dict[str, Any] = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    return asked


def write_answer(folder: Path, answer: dict[str, Any]) -> None:
    """What a step found out."""
    (folder / "answer.json").write_text(json.dumps(answer, ensure_ascii=False, default=str), encoding="utf-8")
