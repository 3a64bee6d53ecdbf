"""Which columns of a stranger's file hold the parcels' number, address and land use."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.errors import Unprocessable
from core.fields import (
    Columns,
    as_text,
    choose_field,
    guess_field,
    is_persian,
    list_names,
    plain_name,
    take_sample,
    words,
)
from core.geofiles import Field
from core.i18n import gettext as _
from core.text import fold_number, latin_digits
from parcels.addresses import Address, parse_address
from parcels.land_use import land_use_of
from parcels.models import LandUse

NUMBERS = words("""
    کدنوسازی شمارهقطعه شمارهملک شمارهپلاک پلاکثبتی کدملک nosazi kodnosazi nosazicode parcelnumber
    parcelno parcelnum parcelnbr parcelnr parcelid parcelcode apn pin pid parno parid ml maplot maparlot
    mapparlot mapparid mapblocklot mapblklot blklot blocklot bbl upi nationalcadastralreference
    cadastralreference cadastralid flurstueck flurstuecksnummer parcelle propertyid propid proppid lotid
    lotnumber lotno locid gispin gisid taxid taxmap accountnumber acctnum parcel lot شماره پلاک کد number
    num no code id
""")
ADDRESSES = words("""
    نشانی آدرس ادرس address addr fulladdress fulladdr siteaddress siteaddr siteadd streetaddress
    propertyaddress propaddr locationaddress situs situsaddress addressline1 address1 addr1 location
    neshani
""")
STREETS = words("""
    street streetname fullstreet stname roadname خیابان معبر نامخیابان ناممعبر
""")
HOUSES = words("""
    housenumber houseno housenum addrnum addrno streetnumber streetno stnum stno پلاک
""")
LAND_USES = words("""
    کاربری کاربریزمین کاربریملک نوعکاربری landuse landusedescription landusedesc usedescription usedesc
    usecodedescription landusecode usecode lucode lbcs lbcscode landuselbcs use lu karbari propertyuse
    propertyclass usetype landusetype
""")
_UNTOLD = LandUse.UNKNOWN.value


@dataclass(frozen=True)
class ParcelFields:
    """What the person importing says of the columns; None: guess (``area``: there is none)."""

    number: str | None = None
    address: str | None = None
    land_use: str | None = None
    area_m2: str | None = None


@dataclass(frozen=True)
class ParcelColumns:
    """The columns in use; ``street`` and ``house`` only where no one column holds the address."""

    number: str
    address: str | None
    street: str | None
    house: str | None
    land_use: str | None
    area_m2: str | None

    @cached_property
    def is_lbcs(self) -> bool:
        """Whether the land uses are codes of LBCS."""
        return "lbcs" in plain_name(self.land_use or "")

    def number_of(self, columns: Columns, row: int) -> tuple[str, str]:
        """The parcel's number as issued, and folded; both empty if it has neither letter nor digit."""
        number = " ".join(as_text(columns[self.number][row]).split())
        key = fold_number(number)
        return (number, key) if key else ("", "")

    def address_of(self, columns: Columns, row: int) -> tuple[str, Address]:
        """The address as a line, and taken apart."""
        if self.address:
            line = as_text(columns[self.address][row])
            return line, parse_address(line)
        if not (self.street and self.house):
            return "", Address("", None)
        street, house = as_text(columns[self.street][row]), as_text(columns[self.house][row])
        if not house:
            return street, Address(street, None)
        line = f"{street}، پلاک {house}" if is_persian(street) else f"{house} {street}"
        return line, parse_address(line)

    def land_use_of(self, columns: Columns, row: int) -> tuple[str, str]:
        """Our land use, and the file's own word for it."""
        if not self.land_use:
            return _UNTOLD, ""
        recorded = as_text(columns[self.land_use][row])
        return land_use_of(recorded, is_lbcs=self.is_lbcs).value, recorded

    def area_of(self, columns: Columns, row: int) -> float | None:
        """The official area in m², where the file gives one above zero."""
        value: Any = columns[self.area_m2][row] if self.area_m2 else None
        try:
            area = float(latin_digits(str(value)).replace("٫", ".")) if value is not None else 0.0
        except ValueError:
            return None
        return area if 0 < area < 1e12 else None

    def told(self) -> str:
        """Which columns are in use, in a sentence."""
        used = [
            (_("parcel number"), self.number),
            (_("address"), self.address or " + ".join(filter(None, (self.house, self.street)))),
            (_("land use"), self.land_use),
            (_("official area"), self.area_m2),
        ]
        return _(
            "Columns in use: %(columns)s.",
            columns=", ".join(f"{what} = {name or '—'}" for what, name in used),
        )


def find_columns(fields: Sequence[Field], first: Columns, said: ParcelFields) -> ParcelColumns:
    """Find them by what was said, else by what they are called and hold.

    Raises Unprocessable, a line per problem, when a named column is not there or the number's cannot be told.
    """
    problems: list[str] = []

    def choose(name: str | None, option: str) -> str | None:
        try:
            return choose_field(fields, name, option) if name else None
        except Unprocessable as error:
            problems.append(error.message)
            return None

    number = choose(said.number, "--number-field")
    address = choose(said.address, "--address-field") or guess_field(fields, ADDRESSES, _has_texts(first))
    land_use = choose(said.land_use, "--land-use-field") or guess_field(
        fields, LAND_USES, _is_category(first)
    )
    area_m2 = choose(said.area_m2, "--area-field")
    if said.number is None:
        number = guess_field(fields, NUMBERS, lambda name: take_sample(first[name]).tells_apart)
        if number is None:
            problems.append(_no_number(fields, first))
    if problems or number is None:
        raise Unprocessable("\n".join(problems), field="number_field")
    street = house = None
    if address is None:
        street = guess_field(fields, STREETS, _has_texts(first))
        house = guess_field(
            fields, HOUSES, lambda name: name != number and take_sample(first[name]).filled > 0.3
        )
    return ParcelColumns(number, address, street, house, land_use, area_m2)


def _has_texts(first: Columns) -> Any:
    return lambda name: take_sample(first[name]).texts > 0.05


def _is_category(first: Columns) -> Any:
    def fits(name: str) -> bool:
        sample = take_sample(first[name])
        return sample.filled > 0 and sample.values <= max(200, 0.1 * len(first[name]))

    return fits


def _no_number(fields: Sequence[Field], first: Columns) -> str:
    fitting = [field for field in fields if take_sample(first[field.name]).tells_apart]
    if fitting:
        return _(
            "Which column is the parcel's number? Say it with --number-field. Different in every row: %(fitting)s. "
            "There are: %(names)s.",
            fitting=list_names(fitting),
            names=list_names(fields),
        )
    return _(
        "No column holds a number for every parcel. Say which one to take with --number-field; there are: %(names)s.",
        names=list_names(fields),
    )
