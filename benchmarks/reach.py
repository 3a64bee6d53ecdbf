"""What was to be reached and what was, as the table in README.md: written from the results, never by hand."""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.results import FOLDER
from benchmarks.table import number

README = Path(__file__).resolve().parent / "README.md"
BEGIN, END = "<!-- written by script/bench table -->", "<!-- end -->"
_COLD = ("z14", "z15")
_FAR = ("z8", "z9", "z10", "z11", "z12", "z13")
_BOTH = ("mapserver", "tipg")
_MARTIN = ("martin, its cache", "martin, its cache, not gzipped")


@dataclass(frozen=True)
class Goal:
    """One line of the table: ``row`` is the work in the results of that name.

    ``least`` is of the ratio to the fastest of ``peers`` (none named: of all), ``most`` of ours, ``rate`` the least of
    ours where more is better.
    """

    name: str
    row: str
    least: float | None = None
    most: float | None = None
    rate: float | None = None
    peers: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The goal in words."""
        told = []
        if self.least is not None:
            told.append(f"≥ {self.least:g} × {' and '.join(self.peers) or 'the fastest peer'}")
        if self.most is not None:
            told.append(f"≤ {number(self.most)}")
        if self.rate is not None:
            told.append(f"≥ {number(self.rate)}")
        return ", ".join(told)


GOALS = (
    *(Goal("tiles-cold", f"cold tile {zoom}", least=2) for zoom in _COLD),
    *(Goal("tiles-cold", f"cold tile {zoom}", least=2.5, peers=_BOTH) for zoom in _COLD),
    Goal("tiles-cold", "cold tile z16", least=1.5),
    Goal("tiles-cold", "cold tile z16", least=2.5, peers=("tipg",)),
    *(
        Goal("tiles-cold", f"cold tile {zoom}, ours generalised", least=2.5 if zoom == "z13" else 10, most=25)
        for zoom in _FAR
    ),
    Goal("tiles-hot", "hot tiles z14–16 from Python", least=0.5, peers=("nginx, static files",)),
    Goal("tiles-hot", "hot tiles z14–16, nginx in front", least=0.9, peers=("nginx, static files",)),
    Goal("tiles-hot", "hot tiles z14–16, nginx in front", least=1, peers=_MARTIN),
    Goal("edit-to-fresh", "edit of a zone → last of its tiles fresh on disk, p95", most=300),
    Goal("edit-to-fresh", "edit of parcels → repainted on an open map, p95", most=1000),
    Goal("stale", "stale tiles after 10,000 edits, 4 workers, 2 killed", most=0),
    Goal("seed", "seed the whole city, all sources", most=90),
    Goal("place", "place over HTTP, p95", most=10),
    Goal("search", "search suggestion over HTTP, p95", most=15),
    Goal("import", "import 100,000 parcels, whole command", rate=30_000),
    Goal("page", "scripts of the map page, gzipped", most=130),
    Goal("page", "first parcel painted, processor 4 × slower, hot tiles", most=2000),
    Goal("seed", "memory of a worker after serving every tile", most=200),
)
GROWTH = (
    ("tiles-cold", "cold tile z16"),
    ("place", "place over HTTP, median"),
    ("search", "search suggestion over HTTP, median"),
)
MOST_GROWTH = 1.5
_HEAD = "| work | parcels | reach | ours | beside | ratio | reached | measured |\n|---|---|---|---|---|---|---|---|"

Rows = list[dict[str, Any]]


def table(folder: Path = FOLDER) -> str:
    """The goals, each at the largest city that its work was measured at, and how much that grew from the smallest."""
    results = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}
    lines = [line for goal in GOALS if goal.name in results for line in _line(goal, results[goal.name])]
    grown = [line for name, row in GROWTH if name in results for line in _grown(row, results[name])]
    return "\n".join([_HEAD, *lines, *grown])


def _line(goal: Goal, result: dict[str, Any]) -> list[str]:
    rows = [row for row in result["rows"] if row["work"] == goal.row]
    if not rows:
        return []
    size = max(row["parcels"] for row in rows)
    at_size = [row for row in rows if row["parcels"] == size]
    ours, unit = at_size[0]["ours"], at_size[0]["unit"]
    fastest = _fastest(at_size, goal.peers)
    reached = (
        (goal.least is None or (fastest is not None and fastest["ratio"] >= goal.least))
        and (goal.most is None or ours <= goal.most)
        and (goal.rate is None or ours >= goal.rate)
    )
    beside, ratio = ("–", "–")
    if fastest is not None:
        beside, ratio = f"{fastest['peer']}: {number(fastest['theirs'])}", f"{number(fastest['ratio'])} ×"
    told = [goal.row, f"{size:,}", goal.said, f"{number(ours)} {unit.removesuffix(' median')}", beside, ratio]
    return [_joined([*told, "yes" if reached else "**no**", result["runs"][str(size)]["at"][:10]])]


def _fastest(rows: Rows, peers: tuple[str, ...]) -> dict[str, Any] | None:
    had = [row for row in rows if row["ratio"] is not None and (not peers or row["peer"] in peers)]
    return min(had, key=lambda row: float(row["ratio"]), default=None)


def _grown(work: str, result: dict[str, Any]) -> list[str]:
    ours = {row["parcels"]: row["ours"] for row in result["rows"] if row["work"] == work}
    small, large = min(ours, default=0), max(ours, default=0)
    if small == large:
        return []
    growth = ours[large] / ours[small]
    told = [f"growth of {work}", f"{small:,} → {large:,}", f"≤ {MOST_GROWTH:g} ×", number(ours[large])]
    told += [f"at {small:,}: {number(ours[small])}", f"{number(growth)} ×"]
    return [
        _joined([*told, "yes" if growth <= MOST_GROWTH else "**no**", result["runs"][str(large)]["at"][:10]])
    ]


def _joined(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def put_into(readme: str, made: str) -> str:
    """README.md with the table between its two marks."""
    before, _, rest = readme.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{rest.partition(END)[2]}"


def main() -> int:
    """Write the table into README.md."""
    made = table()
    README.write_text(put_into(README.read_text(encoding="utf-8"), made), encoding="utf-8")
    sys.stdout.write(made + "\n")
    return 0
