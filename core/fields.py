"""Which column of a stranger's file means what: as they say, else as its name and content tell."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import Unprocessable
from core.geofiles import Field
from core.i18n import gettext as _
from core.text import fold

_PERSIAN = re.compile("[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff]")
_DBF_NAME_LENGTH = 10

Columns = dict[str, list[Any]]


def words(text: str) -> tuple[str, ...]:
    """A list of words from a text of them: the lists of names below are long, and read better so."""
    return tuple(text.split())


@dataclass(frozen=True)
class Sample:
    """What the first rows of a file hold in one column. Shares are of all rows seen, from 0 to 1."""

    filled: float
    distinct: float
    texts: float
    average_length: float
    values: int

    @property
    def tells_apart(self) -> bool:
        """Whether nearly every row has its own value: a number, not a category."""
        return self.filled >= 0.8 and self.distinct >= 0.9 * self.filled

    @property
    def is_a_category(self) -> bool:
        """Whether few values are shared by many rows."""
        return self.filled > 0 and self.values <= 100


def take_sample(column: Sequence[Any]) -> Sample:
    """Look at a column's first rows."""
    rows = max(len(column), 1)
    given = [value for value in column if value is not None]
    texts = [value for value in given if isinstance(value, str) and any(sign.isalpha() for sign in value)]
    return Sample(
        filled=len(given) / rows,
        distinct=len(set(map(str, given))) / rows,
        texts=len(texts) / rows,
        average_length=sum(map(len, texts)) / max(len(texts), 1),
        values=len(set(map(str, given))),
    )


def plain_name(name: str) -> str:
    """A column's name as it is compared: ``Parcel_ID`` is ``parcelid``."""
    return fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).replace(" ", "")


def choose_field(fields: Sequence[Field], wanted: str, option: str) -> str:
    """The column somebody named, by its name here or in the file, in any case of letters.

    Raises Unprocessable listing the columns there are.
    """
    for field in fields:
        if wanted in (field.name, field.original):
            return field.name
    alike = [
        field.name for field in fields if plain_name(wanted) in map(plain_name, (field.name, field.original))
    ]
    if len(alike) == 1:
        return alike[0]
    raise Unprocessable(
        _(
            "%(option)s: there is no column “%(wanted)s”. There are: %(names)s.",
            option=option,
            wanted=wanted,
            names=list_names(fields),
        ),
        field=option.lstrip("-").replace("-", "_"),
    )


def guess_field(
    fields: Sequence[Field], names: Iterable[str], fits: Callable[[str], bool] = lambda _name: True
) -> str | None:
    """The first of these names (as by :func:`plain_name`) that a column bears and whose content fits."""
    for name in names:
        for field in fields:
            if _is_called(field, name) and fits(field.name):
                return field.name
    return None


def _is_called(field: Field, name: str) -> bool:
    plain = plain_name(field.original)
    # A shapefile cuts names after ten letters: PARCEL_NUM was PARCEL_NUMBER.
    is_cut = len(field.original) == _DBF_NAME_LENGTH and len(plain) >= 7 and name.startswith(plain)
    return plain == name or is_cut or plain_name(field.name) == name


def list_names(fields: Sequence[Field]) -> str:
    """The columns' names within a sentence, not more than a screen of them."""
    names = [field.name for field in fields]
    return (", ".join(names[:40]) + (" …" if len(names) > 40 else "")) or "—"


def as_text(value: Any) -> str:
    """A value as a person writes it: 12.0 of a number column is ``12``, nothing is empty text."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()


def is_persian(text: str) -> bool:
    """Whether a name is written in Arabic script."""
    return _PERSIAN.search(text) is not None
