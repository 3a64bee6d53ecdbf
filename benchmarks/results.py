"""What a benchmark found: rows with ours beside theirs, and the file they are kept in."""

import dataclasses
import datetime as dt
import json
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "results"
RATES = ("requests/s", "rows/s", "tiles/s")
"""Units of which more is better; of every other, less is."""


@dataclass(frozen=True)
class Row:
    """One piece of work at one size, ours beside one peer's; without a peer ``theirs`` is None."""

    work: str
    parcels: int
    unit: str
    ours: float | None
    peer: str | None = None
    theirs: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times better ours is (below 1: worse); None where there is nothing to compare."""
        if not self.ours or not self.theirs:
            return None
        return self.ours / self.theirs if self.unit in RATES else self.theirs / self.ours

    def as_json(self) -> dict[str, Any]:
        """The row as the results file keeps it."""
        ratio = self.ratio
        numbers = {"ours": _short(self.ours), "theirs": _short(self.theirs), "ratio": _short(ratio)}
        return {**dataclasses.asdict(self), **numbers}


def beside(row: Row, theirs: Mapping[str, float]) -> list[Row]:
    """One finding of ours beside each peer's; alone, if there is none."""
    return [dataclasses.replace(row, peer=peer, theirs=found) for peer, found in theirs.items()] or [row]


@dataclass
class Result:
    """What one benchmark found. ``notes`` say what was checked, what could not be had, and where the time goes."""

    name: str
    rows: list[Row] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def note(self, line: str) -> None:
        """Keep a note, once."""
        if line not in self.notes:
            self.notes.append(line)


def write(result: Result, folder: Path = FOLDER, now: dt.datetime | None = None) -> Path:
    """Write ``<name>.json``; rows of sizes that were not measured this time are kept, and ``runs`` says of when."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.name}.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    at = (now or dt.datetime.now(dt.UTC)).isoformat(timespec="seconds")
    sizes = {row.parcels for row in result.rows}
    kept = [row for row in before.get("rows", []) if row["parcels"] not in sizes]
    rows = kept + [row.as_json() for row in result.rows]
    # One size is one run: whatever stands beside each other in it was measured together.
    told = {str(size): {"at": at, "machine": machine(), "notes": result.notes} for size in sizes}
    runs = {**{size: run for size, run in before.get("runs", {}).items() if size not in told}, **told}
    written = {
        "name": result.name,
        "at": at,
        "machine": machine(),
        "versions": {**before.get("versions", {}), **result.versions},
        "rows": sorted(rows, key=lambda row: int(row["parcels"])),
        "runs": runs,
    }
    path.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def add_growth(rows: Iterable[dict[str, Any]], works: Iterable[str]) -> list[Row]:
    """For each work that was measured at 10,000 and at 1,000,000 parcels: the larger city beside the smaller."""
    ours = {(row["work"], row["parcels"]): (row["ours"], row["unit"]) for row in rows}
    grown = []
    for work in works:
        small, large = ours.get((work, 10_000)), ours.get((work, 1_000_000))
        if small and large:
            grown.append(
                Row(
                    f"growth of {work}", 1_000_000, large[1], large[0], "the same at 10,000 parcels", small[0]
                )
            )
    return grown


def machine() -> str:
    """The machine in one line: processors, memory, system, how busy it was, and what turn among others we took."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    system = f"{platform.system()} {platform.release()}"
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} × {model}, {memory:.0f} GiB, {system}, load {load:.1f}{_turn()}"


def _turn() -> str:
    if os.sched_getscheduler(0) in (os.SCHED_RR, os.SCHED_FIFO):
        return ", all servers at real-time priority"
    return f", all servers at nice {os.nice(0)}" if os.nice(0) else ""


def _short(value: float | None) -> float | None:
    """Four figures are more than a noisy machine can vouch for."""
    return None if value is None else float(f"{value:.4g}")
