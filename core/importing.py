"""One way into the database for whole files: a staging table filled by COPY, and an account of every feature."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Any

import shapely
from psycopg2 import sql
from sqlalchemy import Table, TextClause, text
from sqlalchemy.orm import Session
from sqlalchemy.types import UserDefinedType

from core.copying import copy_text, json_objects
from core.errors import Unprocessable
from core.geofiles import Batch, Report, Source
from core.i18n import format_number
from core.i18n import gettext as _
from core.progress import Tell

BATCH = 5000
EXAMPLES = 20


class AnyGeometry(UserDefinedType[Any]):
    """A geometry column of a staging table: any kind, any grid, since the target table checks both."""

    cache_ok = True

    def get_col_spec(self, **_kw: Any) -> str:
        """Its name in SQL."""
        return "geometry"


class Staging:
    """A temporary table that a file's features go to first, gone with the transaction."""

    def __init__(self, session: Session, table: Table) -> None:
        self.session = session
        self.table = table
        table.drop(session.connection(), checkfirst=True)
        table.create(session.connection())

    def copy(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows, their values in the order of the table's columns (None: no value), by COPY."""
        lines = StringIO(copy_text(rows))
        names = sql.SQL(", ").join(sql.Identifier(column.name) for column in self.table.columns)
        command = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(self.table.name), names)
        cursor: Any = self.session.connection().connection.cursor()
        try:
            cursor.copy_expert(command, lines)
        finally:
            cursor.close()

    def close(self, *joined: str) -> None:
        """Let the planner know how much there is: without it every join below would be a guess.

        ``joined``: the columns it needs to know of; none: all of them, where to look at shapes takes longest.
        """
        quote = self.session.get_bind().dialect.identifier_preparer
        columns = ", ".join(map(quote.quote, joined))
        self.session.execute(
            text(f"ANALYZE {quote.format_table(self.table)}" + (f" ({columns})" if columns else ""))
        )


def ewkb_hex(geometries: Any, srid: int) -> list[str]:
    """Geometries (n,) as COPY takes them: EWKB in hexadecimal, each with its SRID."""
    # A bit of the type and four bytes after it: copying each geometry to tell it its SRID took as long as writing it.
    plain = shapely.to_wkb(geometries, hex=True, byte_order=1, include_srid=False).tolist()
    named = "20" + srid.to_bytes(4, "little").hex().upper()
    return [hexes[:8] + named + hexes[10:] for hexes in plain]


def properties_json(columns: dict[str, list[Any]], rows: Sequence[int]) -> list[str]:
    """What the file said of these rows, without its blanks, as JSON."""
    if not columns:
        return ["{}"] * len(rows)
    return list(json_objects({name: [values[row] for row in rows] for name, values in columns.items()}))


def sql_file(path: Path) -> TextClause:
    """The statements of a .sql file, with bound parameters. ``::`` and times keep their colons by a backslash."""
    return text(path.read_text(encoding="utf-8"))


def peek(source: Source) -> tuple[Batch, Iterator[Batch]]:
    """The first batch, to guess by, and all batches including it. Raises Unprocessable when nothing is usable."""
    batches = source.batches(BATCH)
    for first in batches:
        if len(first):
            return first, chain([first], batches)
    cause = "; ".join(source.report.lines(3))
    raise Unprocessable(
        _("The file holds nothing that can be used. %(cause)s", cause=cause).strip(), field="file"
    )


def told(batches: Iterable[Batch], source: Source, tell: Tell) -> Iterator[Batch]:
    """Batches, with the progress bar moved by each."""
    for batch in batches:
        yield batch
        tell(source.report.read, source.feature_count)


@dataclass
class Remark:
    """One kind of thing to say after an import: a sentence, how many it is true of, and which by name."""

    sentence: str
    count: int = 0
    examples: list[str] = field(default_factory=list)

    def line(self, limit: int | None = EXAMPLES) -> str:
        """It in one line, naming at most so many (None: all)."""
        line = f"{format_number(self.count)} × {self.sentence}"
        named = self.examples[:limit]
        if named:
            more = " …" if self.count > len(named) else ""
            line += f" ({', '.join(named)}{more})"
        return line


class Remarks:
    """Remarks by sentence, with the names of all that they are about."""

    def __init__(self) -> None:
        self._by_sentence: dict[str, Remark] = {}

    def add(self, sentence: str, *examples: str, count: int = 1) -> None:
        """Say a sentence of ``count`` more, and name them."""
        remark = self._by_sentence.setdefault(sentence, Remark(sentence))
        remark.count += count
        remark.examples += examples

    @property
    def count(self) -> int:
        """Of how many things in all."""
        return sum(remark.count for remark in self._by_sentence.values())

    @property
    def longest(self) -> int:
        """How many the longest of them names."""
        return max((len(remark.examples) for remark in self._by_sentence.values()), default=0)

    def lines(self, limit: int | None = EXAMPLES) -> list[str]:
        """Each in a line, what is true of most first."""
        ordered = sorted(self._by_sentence.values(), key=lambda remark: -remark.count)
        return [remark.line(limit) for remark in ordered]


@dataclass(frozen=True)
class Counts:
    """What an import did to the rows of the city."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0


@dataclass
class Account:
    """What became of a file: every feature read was kept or lost, every loss has its reason."""

    title: str = ""
    read: int = 0
    repaired: int = 0
    lost_by_reader: int = 0
    report: Report = field(default_factory=Report)
    choices: list[str] = field(default_factory=list)
    refused: Remarks = field(default_factory=Remarks)
    notes: Remarks = field(default_factory=Remarks)
    counts: Counts = field(default_factory=Counts)
    is_trial: bool = False

    def close_reading(self, source: Source) -> None:
        """Take over what the reader says, once it has read everything. Raises Unprocessable if nothing is kept."""
        report = self.report = source.report
        self.read, self.repaired, self.lost_by_reader = report.read, report.repaired, report.lost
        if self.kept <= 0:
            causes = "\n".join([*self.refused.lines(), *report.lines(EXAMPLES)])
            raise Unprocessable(
                _("None of the %(n)s features can be kept.", n=format_number(self.read)) + "\n" + causes
            )

    @property
    def lost(self) -> int:
        """How many features did not come in, whoever refused them."""
        return self.lost_by_reader + self.refused.count

    @property
    def kept(self) -> int:
        """How many features came in."""
        return self.read - self.lost

    @property
    def is_long(self) -> bool:
        """Whether the summary leaves something unnamed that ``lines(None)`` names."""
        named = max(self.refused.longest, self.notes.longest)
        return named > EXAMPLES or self.report.is_longer_than(EXAMPLES)

    def lines(self, limit: int | None = EXAMPLES) -> list[str]:
        """The summary, a sentence a line; of each kind at most ``limit`` things by name (None: every one)."""
        head = _(
            "%(title)s: %(read)s features read = %(kept)s kept + %(lost)s lost; %(repaired)s repaired.",
            title=self.title,
            read=format_number(self.read),
            kept=format_number(self.kept),
            lost=format_number(self.lost),
            repaired=format_number(self.repaired),
        )
        result = _(
            "%(added)s added, %(changed)s changed, %(unchanged)s unchanged, %(gone)s gone.",
            added=format_number(self.counts.added),
            changed=format_number(self.counts.changed),
            unchanged=format_number(self.counts.unchanged),
            gone=format_number(self.counts.gone),
        )
        lines = [*self.choices, head, result]
        lines += [_("Lost: %(what)s", what=line) for line in self.refused.lines(limit)]
        lines += [_("Note: %(what)s", what=line) for line in self.notes.lines(limit)]
        lines += self.report.lines(limit)
        if self.is_trial:
            lines.append(_("This was a trial: nothing has been written."))
        return lines


def feature_label(index: int, name: str = "") -> str:
    """A feature of the file as the summary names it."""
    return f"FID {index} “{name}”" if name else f"FID {index}"


_PLACE = re.compile(r"^EPSG:\s*", re.IGNORECASE)


def read_epsg(written: str, option: str = "--crs") -> int:
    """The number of ``EPSG:2249`` or ``2249``. Raises Unprocessable for anything else."""
    digits = _PLACE.sub("", written.strip())
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 6):
        raise Unprocessable(
            _("%(option)s: “%(given)s” is no EPSG code such as EPSG:2249.", option=option, given=written),
            field=option.lstrip("-"),
        )
    return int(digits)
