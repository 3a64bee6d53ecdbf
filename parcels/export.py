"""The parcels of a day, by the ground they lie on or by their numbers, as a table to be written to a file."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Date, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.geofiles.tables import Table, columns_of
from core.i18n import gettext as _
from core.i18n import speaking
from core.text import fold_number
from layers.area import AREA
from layers.export import check_count, everywhere_or, ground_values, outline
from layers.words import join_words, land_use_name
from parcels.models import Parcel, Street
from parcels.schemas import address_in

_NAME = "parcels"
_KINDS = {
    "number": "text",
    "address_fa": "text",
    "address_en": "text",
    "land_use": "text",
    "use_fa": "text",
    "use_en": "text",
    "use_given": "text",
    "area_m2": "real",
    "area_paper": "real",
    "valid_from": "date",
    "valid_to": "date",
}
_MOST_NAMED = 20


def get_table(session: Session, ground: Any, srid: int, day: dt.date, crs: int) -> Table:
    """The parcels of a day that touch the ground (None: all), their shapes in ``crs``. Raises TooLarge."""
    is_here = everywhere_or(Parcel.geom, None if ground is None else AREA)
    return _table(session, is_here, {"day": day, **ground_values(ground, srid)}, crs)


def get_table_of(session: Session, numbers: Sequence[str], day: dt.date, crs: int) -> Table:
    """The parcels of a day with these numbers, however they are written; raises NotFound naming those there are not."""
    keys = {fold_number(number): number for number in numbers}
    table = _table(session, Parcel.number_key.in_(list(keys)), {"day": day}, crs)
    found = {fold_number(number) for number in table.columns[0].values}
    if missing := [number for key, number in keys.items() if key not in found]:
        raise NotFound(
            _("There is no parcel %(numbers)s on this day.", numbers=join_words(missing[:_MOST_NAMED])),
            field="parcels",
            details={"missing": missing[:_MOST_NAMED]},
        )
    return table


def _table(session: Session, condition: Any, values: dict[str, Any], crs: int) -> Table:
    check_count(session, _parcels(condition, (Parcel.id,)), values)
    columns = (
        Parcel.number,
        Parcel.address,
        func.coalesce(Street.name_fa, "").label("street_fa"),
        func.coalesce(Street.name_en, "").label("street_en"),
        Parcel.house_number,
        Parcel.land_use,
        Parcel.land_use_recorded,
        Parcel.area_m2,
        Parcel.area_official_m2,
        Parcel.valid_from,
        Parcel.valid_to,
        outline(Parcel.geom),
    )
    found = session.execute(
        _parcels(condition, columns).order_by(Parcel.number), {**values, "crs": crs}
    ).all()
    uses = {language: _use_names({row.land_use for row in found}, language) for language in ("fa", "en")}
    rows = [_row(row, uses) for row in found]
    return Table(_NAME, columns_of(_KINDS, rows), [bytes(row.shape) for row in found], "polygon", crs)


def _row(row: Any, uses: dict[str, dict[str, str]]) -> tuple[Any, ...]:
    address = {
        language: address_in(language, row.street_fa, row.street_en, row.house_number, row.address)
        for language in ("fa", "en")
    }
    return (
        row.number,
        address["fa"],
        address["en"],
        row.land_use,
        uses["fa"][row.land_use],
        uses["en"][row.land_use],
        row.land_use_recorded,
        round(row.area_m2, 2),
        row.area_official_m2,
        row.valid_from,
        row.valid_to,
    )


def _use_names(codes: set[str], language: str) -> dict[str, str]:
    with speaking(language):
        return {code: land_use_name(code) for code in codes}


def _parcels(condition: Any, columns: tuple[Any, ...]) -> Select[Any]:
    day = bindparam("day", type_=Date)
    is_valid = (Parcel.valid_from <= day) & or_(Parcel.valid_to.is_(None), Parcel.valid_to > day)
    return select(*columns).outerjoin(Street, Street.id == Parcel.street_id).where(condition, is_valid)
