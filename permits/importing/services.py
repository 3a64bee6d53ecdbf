"""Imports one file of permits: each row is read, given its meaning and its place here, and accounted for."""

import datetime as dt
import json
import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyproj
import shapely
from sqlalchemy import Column, DateTime, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from core.calendar.queries import load
from core.errors import Unprocessable
from core.fields import as_text
from core.geofiles import ReadOptions, Report, open_source
from core.geofiles.delimited import coordinate, read_table
from core.i18n import format_number
from core.i18n import gettext as _
from core.importing import Account, AnyGeometry, Counts, Staging, feature_label, sql_file
from core.progress import Tell
from core.text import fold, fold_number
from layers.boundary import get_city, near_box
from layers.models import City
from permits.importing.columns import PermitFields, choose
from permits.importing.mapping import OTHER, day_of, kind_of, reference_of, state_of
from permits.states import GRANTED, State
from permits.types.models import PermitType, PermitTypeVersion
from permits.types.schemas import to_json
from permits.types.services import list_types

_HERE = Path(__file__).parent
_TABLES = frozenset({".csv", ".tsv", ".txt"})
_LONGEST = 10_000
_LONGEST_LINE = 300
_PERMITTED = {State.BUILDING, State.COMPLETED, State.LAPSED, State.REVOKED}
_GRANTED = GRANTED | _PERMITTED

STAGING = Table(
    "permit_staging",
    MetaData(),
    Column("row", Integer),
    Column("reference", Text),
    Column("tracking_code", Text),
    Column("type_code", Text),
    Column("type_version", Integer),
    Column("state", Text),
    Column("outcome", Text),
    Column("parcel_number", Text),
    Column("parcel_key", Text),
    Column("address", Text),
    Column("address_key", Text),
    Column("description", Text),
    Column("submitted_at", DateTime(timezone=True)),
    Column("published_at", DateTime(timezone=True)),
    Column("decided_at", DateTime(timezone=True)),
    Column("imported", JSONB),
    Column("geom", AnyGeometry),
    Column("parcel_id", Integer),
    Column("placed", Text),
    Column("refused", Text),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)


@dataclass(frozen=True)
class PermitFile:
    """How the file is to be read: its columns, and what its own words for states and kinds mean here."""

    fields: PermitFields = field(default_factory=PermitFields)
    states: Mapping[str, State] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A row of the file: its number, what it says column by column, and its spot in the city's grid, if it has one."""

    number: int
    said: dict[str, str]
    spot: Any = None


def import_permits(
    session: Session,
    path: Path,
    reading: ReadOptions,
    how: PermitFile,
    *,
    allow_outside: bool = False,
    tell: Tell = lambda _done, _total: None,
) -> Account:
    """Bring the permits of a file into the register.

    Raises Unprocessable, a line per problem, when the file or what is said of it cannot be used. Nothing may be
    committed then.
    """
    city = get_city(session, to_change=True)
    account = Account(title=path.name)
    header, rows = _read(session, path, reading, city, account)
    fields = choose(header, how.fields)
    account.choices.append(_("Columns: %(told)s.", told=fields.told()))
    staged = _tell_apart(list(rows), fields, account)
    writer = _Writer(session, city, fields, how, path.name, account)
    staging = Staging(session, STAGING)
    staging.copy(writer.lines(staged, tell))
    staging.close("row", "reference", "parcel_key", "address_key")
    _place(session, city, account, allow_outside)
    _refuse(session, account)
    if account.kept <= 0:
        causes = "\n".join(account.refused.lines())
        raise Unprocessable(
            _("None of the %(n)s rows can be kept.", n=format_number(account.read)) + "\n" + causes,
            field="file",
        )
    account.counts = _apply(session, account)
    return account


def _read(
    session: Session, path: Path, reading: ReadOptions, city: City, account: Account
) -> tuple[list[str], Iterator[Row]]:
    """The columns and the rows: of a table all of them, of a geographic file those with a shape."""
    if not path.is_file():
        raise Unprocessable(_("There is no file %(name)s.", name=str(path)), field="file")
    if path.suffix.lower() in _TABLES:
        report = account.report = Report()
        header, lines = read_table(path, reading, report)
        return header, _table_rows(header, lines, reading, city, account)
    with open_source(path, reading, city.srid, near=near_box(session)) as source:
        rows = [row for batch in source.batches() for row in _batch_rows(batch)]
        account.close_reading(source)
        return [each.name for each in source.fields], iter(rows)


def _batch_rows(batch: Any) -> Iterator[Row]:
    for place, index in enumerate(batch.indexes.tolist()):
        said = {name: as_text(values[place])[:_LONGEST] for name, values in batch.columns.items()}
        yield Row(index, said, shapely.point_on_surface(batch.geometries[place]))


def _table_rows(
    header: list[str],
    lines: Iterator[tuple[int, list[str]]],
    reading: ReadOptions,
    city: City,
    account: Account,
) -> Iterator[Row]:
    columns = choose(header, PermitFields(number=header[0], lon=reading.lon_field, lat=reading.lat_field))
    source = reading.crs or 4326
    to_grid = pyproj.Transformer.from_crs(source, city.srid, always_xy=True)
    for number, cells in lines:
        account.read += 1
        said = {name: _clean(cell) for name, cell in zip(header, cells, strict=False) if name}
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            said["+"] = _clean(" | ".join(cells[len(header) :]))
            account.notes.add(_("more cells than columns: the others are kept together as “+”"), str(number))
        x, y = (coordinate(said.get(name or "", "")) for name in (columns.lon, columns.lat))
        spot = None
        if x is not None and y is not None and (x, y) != (0, 0):
            east, north = to_grid.transform(x, y)
            spot = shapely.Point(east, north) if abs(east) < 1e9 and abs(north) < 1e9 else None
        yield Row(number, said, spot)


def _clean(cell: str) -> str:
    return "".join(sign for sign in cell if sign == "\n" or sign >= " ").strip()[:_LONGEST]


def _tell_apart(rows: list[Row], fields: PermitFields, account: Account) -> list[tuple[str, Row]]:
    """Each row with its reference. A number that stands more than once is told apart by ~2, ~3 behind it.

    In the order of what the rows say, not of the file: so a file sorted otherwise is still the same.
    """
    by_reference: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        reference = reference_of(row.said.get(fields.number or "", ""))
        if not any(sign.isdigit() for sign in reference):
            account.refused.add(_("it has no number"), feature_label(row.number))
            continue
        by_reference[reference].append(row)
    told: list[tuple[str, Row]] = []
    for reference, same in by_reference.items():
        same.sort(key=lambda row: json.dumps(row.said, sort_keys=True))
        told += [(reference if at == 1 else f"{reference}~{at}", row) for at, row in enumerate(same, start=1)]
        if len(same) > 1:
            account.notes.add(
                _("the number stands more than once: the further ones end in ~2, ~3"),
                reference,
                count=len(same) - 1,
            )
    return told


class _Writer:
    """Turns rows into what is staged, and remarks on what it could not understand."""

    def __init__(
        self, session: Session, city: City, fields: PermitFields, how: PermitFile, name: str, account: Account
    ) -> None:
        types = list_types(session, is_all=True)
        self.srid, self.fields, self.name, self.account = city.srid, fields, name, account
        self.versions = {each.code: each.version for each in types} | {OTHER: _other(session)}
        self.kinds = {fold(each): one.code for one in types for each in (one.code, one.fa, one.en)}
        self.kinds |= {fold(word): code for word, code in how.kinds.items()}
        self.states = {fold(word): state for word, state in how.states.items()}
        self.zone = load(session).zone
        for code in how.kinds.values():
            if code not in self.versions:
                raise Unprocessable(_("There is no such kind of permit."), field="kind")

    def lines(self, staged: list[tuple[str, Row]], tell: Tell) -> Iterator[list[Any]]:
        """The staging table's lines."""
        for done, (reference, row) in enumerate(staged, start=1):
            yield self._line(reference, row)
            if done % 500 == 0 or done == len(staged):
                tell(done, len(staged))

    def _line(self, reference: str, row: Row) -> list[Any]:
        said = {each: row.said.get(getattr(self.fields, each) or "", "") for each in vars(self.fields)}
        applied, issued, completed = (
            self._day(said[each], reference, each) for each in ("applied", "issued", "completed")
        )
        state = self._state(said["state"], reference, issued, completed)
        first = applied or issued or completed
        is_decided = state in _GRANTED or state is State.REFUSED
        kind = kind_of(said["kind"], self.kinds) if said["kind"] else OTHER
        imported: dict[str, Any] = {
            "type": said["kind"],
            "state": said["state"],
            "source": self.name,
            "columns": row.said,
        }
        if completed:
            imported["completed_on"] = completed.isoformat()
        if first:
            imported["published"] = first.isoformat()
        else:
            self.account.notes.add(_("no date: it stands in the register from the day of this import"))
        return [
            row.number,
            reference,
            "I" + secrets.token_hex(16),
            kind,
            self.versions[kind],
            state.value,
            _outcome(state),
            said["parcel"][:_LONGEST_LINE],
            fold_number(said["parcel"]),
            said["address"][:_LONGEST_LINE],
            fold(said["address"].split(",")[0]) if said["address"] else "",
            said["description"],
            self._moment(applied),
            self._moment(first),
            self._moment(issued or completed) if is_decided else None,
            json.dumps(imported, ensure_ascii=False),
            shapely.to_wkb(shapely.set_srid(row.spot, self.srid), hex=True, include_srid=True)
            if row.spot is not None
            else None,
            None,
            None,
            None,
        ]

    def _day(self, written: str, reference: str, meaning: str) -> dt.date | None:
        if not written:
            return None
        day = day_of(written)
        if day is None or not 1800 <= day.year <= 2200:
            self.account.notes.add(
                _("a date could not be read and is left out"), f"{reference} {meaning} “{written}”"
            )
            return None
        return day

    def _state(self, word: str, reference: str, issued: dt.date | None, completed: dt.date | None) -> State:
        known = self.states.get(fold(word)) or (state_of(word) if word else None)
        if known is not None:
            return known
        by_date = State.COMPLETED if completed else State.GRANTED if issued else State.CLOSED
        if word:
            sentence = _("the state “%(word)s” is not known here; by its dates it is taken for: %(state)s")
            self.account.notes.add(sentence % {"word": word, "state": by_date.value}, reference)
        else:
            self.account.notes.add(_("no state: by its dates it is taken for %(state)s", state=by_date.value))
        return by_date

    def _moment(self, day: dt.date | None) -> str | None:
        """Noon of a day: at midnight it would be another day a zone away."""
        return dt.datetime.combine(day, dt.time(12), self.zone).isoformat() if day else None


def _outcome(state: State) -> str | None:
    if state is State.REFUSED:
        return State.REFUSED.value
    if state is State.GRANTED_CONDITIONS:
        return State.GRANTED_CONDITIONS.value
    return State.GRANTED.value if state in _GRANTED else None


def _other(session: Session) -> int:
    """The version of the kind that imported permits of no kind of ours have; made at the first import."""
    row = session.get(PermitType, OTHER)
    if row is not None:
        return row.version
    pattern = list_types(session, is_all=True)[0]
    settings = to_json(
        replace(
            pattern, code=OTHER, version=1, fa="سایر (از دفتر پیشین)", en="Other (from an earlier register)",
            about_fa="", about_en="", documents=(), checks=(), inspections=(), conditions=(), has_building=False,
            is_publicity_required=False,
        )
    )  # fmt: skip
    session.add(PermitTypeVersion(code=OTHER, version=1, settings=settings, reason="import"))
    session.add(PermitType(code=OTHER, version=1, ordinal=999, is_offered=False))
    session.flush()
    return 1


def _place(session: Session, city: City, account: Account, allow_outside: bool) -> None:
    """Find where each row is, and refuse those whose coordinates lie outside the city."""
    if city.boundary is not None and not allow_outside:
        outside = text("""
            UPDATE permit_staging AS s SET refused = 'outside' FROM city
            WHERE s.geom IS NOT NULL AND NOT ST_Intersects(city.boundary, s.geom)""")
        session.execute(outside)
    session.execute(
        text("""
        CREATE TEMPORARY TABLE permit_address ON COMMIT DROP AS
        SELECT key, min(id) AS parcel_id FROM (
            SELECT id, fold_text(split_part(address, ',', 1)) AS key FROM parcel
            WHERE valid_to IS NULL AND address <> ''
        ) AS named
        WHERE key IN (SELECT address_key FROM permit_staging WHERE address_key <> '' AND geom IS NULL)
        GROUP BY key HAVING count(*) = 1""")
    )
    session.execute(sql_file(_HERE / "place.sql"))
    session.execute(text("DROP TABLE permit_address"))
    for how, count in session.execute(
        text("SELECT placed, count(*) FROM permit_staging WHERE refused IS NULL GROUP BY 1 ORDER BY 2 DESC")
    ):
        sentence = {
            "coordinates": _("placed by its coordinates"),
            "parcel": _("placed on the parcel with its number"),
            "address": _("placed on the parcel with its address"),
            None: _("without a place: no coordinates, and no parcel with its number or address"),
        }[how]
        account.notes.add(sentence, count=count)


def _refuse(session: Session, account: Account) -> None:
    """Refuse what cannot come in: outside the city, or with the reference of a case that began here."""
    session.execute(
        text("""
        UPDATE permit_staging AS s SET refused = 'own' FROM permit AS p
        WHERE p.reference = s.reference AND p.imported IS NULL AND s.refused IS NULL""")
    )
    sentences = {
        "outside": _("it lies outside the city (allow it with --allow-outside)"),
        "own": _("a case that began here has this reference"),
    }
    for reference, why in session.execute(
        text("SELECT reference, refused FROM permit_staging WHERE refused IS NOT NULL ORDER BY row")
    ):
        account.refused.add(sentences[why], reference)


def _apply(session: Session, account: Account) -> Counts:
    done = [row.is_new for row in session.execute(sql_file(_HERE / "apply.sql"))]
    session.expire_all()
    added = sum(done)
    return Counts(added, len(done) - added, account.kept - len(done), 0)
