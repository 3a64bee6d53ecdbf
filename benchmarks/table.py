"""Results as a table on the terminal."""

from collections.abc import Iterable

from benchmarks.results import Row

HEADINGS = ("work", "parcels", "unit", "ours", "peer", "theirs", "ratio")


def table(rows: Iterable[Row]) -> str:
    """The rows in aligned columns; numbers to the right."""
    cells = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    lines = [
        "  ".join(
            cell.rjust(width)
            if HEADINGS[place] in ("parcels", "ours", "theirs", "ratio")
            else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def _cells(row: Row) -> tuple[str, ...]:
    ratio = "" if row.ratio is None else f"{row.ratio:.2f} ×"
    return (
        row.work,
        f"{row.parcels:,}",
        row.unit,
        number(row.ours),
        row.peer or "",
        number(row.theirs),
        ratio,
    )


def number(value: float | None) -> str:
    """A number in three figures, from a thousand on in whole ones."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
