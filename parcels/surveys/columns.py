"""Which columns of a survey's file hold number, address, land use and registered area; a number may be missing."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.errors import Unprocessable
from core.fields import Columns, as_text, guess_field, plain_name, take_sample, words
from core.geofiles import Field
from core.text import fold_number
from parcels.addresses import Address
from parcels.columns import ParcelColumns, ParcelFields, find_columns
from parcels.surveys.models import SurveyorColumns

_DIGITS = re.compile("[0-9]+")
_WEAK = frozenset({"id", "code", "no", "num", "number", "کد", "شماره"})
"""Names that drawing programs give to columns of their own: what is in them has to look like the city's numbers."""
ROLES = ("number", "address", "land_use", "area_m2")
"""What a surveyor may say of a column."""
AREAS = words("""
    مساحت مساحترسمی مساحتسند مساحتثبتی masahat officialarea registeredarea arearegistered areaofficial
    landarea legalarea deedarea areaofficialm2 aream2 aream area
""")


class NoNumberColumn(Exception):
    """None of the columns can be told to be the parcels' number."""


@dataclass(frozen=True)
class ColumnMapping:
    """The columns in use, by role; None: there is none."""

    number: str | None = None
    address: str | None = None
    street: str | None = None
    house: str | None = None
    land_use: str | None = None
    area_m2: str | None = None


@dataclass(frozen=True)
class Said:
    """What the file says of one parcel, as far as its columns are in use: None is 'the file does not say'."""

    number: str
    address: str | None
    street: str | None
    house_number: int | None
    land_use: str | None
    land_use_recorded: str | None
    area_official_m2: float | None


def propose(
    fields: Sequence[Field], first: Columns, said: Mapping[str, str | None], city_numbers: Iterable[str] = ()
) -> ColumnMapping:
    """Columns as somebody said, else as they are called and what they hold.

    ``said`` names a column for a role, or None where somebody said that there is none; roles it does not name are
    guessed; ``city_numbers`` are folded ones of parcels near by. Raises NoNumberColumn where the number's is neither
    said nor told.
    """
    known = {field.name for field in fields}
    chosen = {role: name for role, name in said.items() if role in ROLES and (name is None or name in known)}
    try:
        found = find_columns(fields, first, ParcelFields(**{k: v for k, v in chosen.items() if v}))
        number: str | None = found.number
        if "number" not in chosen and not _may_be_numbers(found.number, first, city_numbers):
            raise NoNumberColumn
        if chosen.get("number", "") is None:
            number = None
    except Unprocessable:
        if "number" not in chosen:
            raise NoNumberColumn from None
        # Only to have the other roles guessed: any column will do, and it is not used.
        anything = next(iter(known), None)
        if anything is None:
            return ColumnMapping()
        found = find_columns(fields, first, ParcelFields(**{**chosen, "number": anything}))
        number = None
    mapping = {**asdict(found), "number": number, "area_m2": guess_field(fields, AREAS, _holds_areas(first))}
    mapping.update(chosen)
    if chosen.get("address"):
        mapping.update(street=None, house=None)
    return ColumnMapping(**mapping)


def _may_be_numbers(name: str, first: Columns, city_numbers: Iterable[str]) -> bool:
    """Whether a column so called holds parcel numbers: some of the city's, or at least ones that look like them."""
    looks = {_look_of(number) for number in city_numbers}
    if plain_name(name) not in _WEAK or not looks:
        return True
    given = [fold_number(as_text(value)) for value in first[name] if value is not None]
    return sum(_look_of(number) in looks for number in given) >= 0.5 * max(len(given), 1)


def _look_of(number: str) -> str:
    return _DIGITS.sub("0", number)


def _holds_areas(first: Columns) -> Any:
    def fits(name: str) -> bool:
        given = [value for value in first[name] if value is not None]
        numbers = [value for value in given if isinstance(value, int | float) and value > 0]
        return len(numbers) > 0.5 * max(len(given), 1) and take_sample(first[name]).filled > 0.3

    return fits


class Speaker:
    """Reads what a file says of its parcels through a mapping."""

    def __init__(self, mapping: ColumnMapping) -> None:
        self.mapping = mapping
        parts = {**asdict(mapping), "number": mapping.number or ""}
        self._columns = ParcelColumns(**parts)
        self.has_address = bool(mapping.address or (mapping.street and mapping.house))

    def of(self, row: dict[str, Any]) -> Said:
        """One feature's values by column name."""
        columns = {name: [value] for name, value in row.items()}
        number = self._columns.number_of(columns, 0)[0] if self.mapping.number else ""
        line, address = (
            self._columns.address_of(columns, 0) if self.has_address else (None, Address("", None))
        )
        land_use, recorded = self._columns.land_use_of(columns, 0) if self.mapping.land_use else (None, None)
        return Said(
            number=number,
            address=line,
            street=address.street if self.has_address else None,
            house_number=address.house_number,
            land_use=land_use,
            land_use_recorded=recorded,
            area_official_m2=self._columns.area_of(columns, 0),
        )


def same_number(one: str, other: str) -> bool:
    """Whether two numbers are the same in any spelling; none is not the same as none."""
    return bool(one) and fold_number(one) == fold_number(other)


def signature_of(fields: Sequence[Sequence[str]]) -> str:
    """What tells files of the same columns: their names, in any order."""
    return "\n".join(sorted(each[1] for each in fields))


def remembered(session: Session, person_id: int, signature: str) -> dict[str, str | None] | None:
    """The columns that a surveyor chose for files with these, if they ever did."""
    found = session.get(SurveyorColumns, (person_id, signature))
    return None if found is None else dict(found.columns)


def remember(session: Session, person_id: int, signature: str, columns: Mapping[str, str | None]) -> None:
    """Keep what a surveyor chose."""
    session.merge(SurveyorColumns(person_id=person_id, signature=signature, columns=dict(columns)))
