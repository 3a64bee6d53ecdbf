"""Running numbers of what a city issues: a new row each year and kind, no number given twice or left out."""

import datetime as dt
import secrets

from persiantools.jdatetime import JalaliDate
from sqlalchemy import CheckConstraint, SmallInteger, Text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.models import Base

# Without letters and digits that are taken for one another; 16 of them are 78 bits, which nobody guesses.
_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
_ID_LENGTH = 16


def make_public_id() -> str:
    """What the address of something issued is made of: it cannot be guessed."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))


class Register(Base):
    """The last number given out of a kind in a year (of the calendar that the city numbers by)."""

    __tablename__ = "register"
    __table_args__ = (CheckConstraint("last > 0", name="last"),)

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last: Mapped[int]


def take_number(session: Session, kind: str, day: dt.date, calendar: str) -> str:
    """The next number of a kind in the year of a day: ``1405-000012``. ``calendar`` is jalali or gregorian.

    Whoever takes the one after waits until this transaction ends.
    """
    year = JalaliDate(day).year if calendar == "jalali" else day.year  # type: ignore[no-untyped-call]
    first = insert(Register).values(kind=kind, year=year, last=1)
    taken = first.on_conflict_do_update(
        index_elements=[Register.kind, Register.year], set_={"last": Register.last + 1}
    )
    number = session.execute(taken.returning(Register.last)).scalar_one()
    return f"{year}-{number:06d}"
