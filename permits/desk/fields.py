"""The fields of the desk's forms, and what somebody typed in them read by their description."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from babel.support import LazyProxy
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from core.errors import Unprocessable
from core.i18n import gettext as _
from core.inputs import read_count, read_day, read_words
from permits.assessment.services import Ask, ConditionText
from permits.models import Permit

Options = Callable[[Session, Permit], list[tuple[str, str]]]
LONGEST_TEXT, _LONGEST_LINE = 10_000, 300
_MOST_ROWS = 100


class Kind(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    TEXT = "text"
    DAY = "day"
    COUNT = "count"
    CHOICE = "choice"
    HIDDEN = "hidden"
    REQUESTS = "requests"
    CONDITIONS = "conditions"
    TICKS = "ticks"


@dataclass(frozen=True)
class Field:
    """One field of a form. ``options`` of a choice: value and words; ``most`` of a count."""

    name: str
    label: LazyProxy
    kind: Kind = Kind.TEXT
    is_required: bool = True
    options: Options | None = None
    most: int = 10**9
    first: str = ""


def read_fields(
    session: Session, case: Permit, fields: tuple[Field, ...], form: MultiDict[str, str]
) -> dict[str, Any]:
    """What was typed, by field. Raises BadInput and Unprocessable naming the field."""
    return {each.name: _READERS[each.kind](session, case, each, form) for each in fields}


def _line(_session: Session, _case: Permit, field: Field, form: MultiDict[str, str]) -> str:
    return _there(field, " ".join(read_words(form.get(field.name), field.name, _LONGEST_LINE).split()))


def _text(_session: Session, _case: Permit, field: Field, form: MultiDict[str, str]) -> str:
    typed = (form.get(field.name) or "").replace("\r\n", "\n")
    return _there(field, read_words(typed, field.name, LONGEST_TEXT))


def _day(_session: Session, _case: Permit, field: Field, form: MultiDict[str, str]) -> str:
    day = read_day(read_words(form.get(field.name), field.name, _LONGEST_LINE), field.name)
    return _there(field, day.isoformat() if day else "")


def _count(_session: Session, _case: Permit, field: Field, form: MultiDict[str, str]) -> int:
    return read_count(_there(field, form.get(field.name, "").strip()), field.name, 0, field.most)


def _choice(session: Session, case: Permit, field: Field, form: MultiDict[str, str]) -> str:
    assert field.options is not None
    typed = form.get(field.name, "")
    if typed not in {value for value, _words in field.options(session, case)}:
        raise Unprocessable(_("Please choose one of these."), field=field.name)
    return typed


def _requests(_session: Session, _case: Permit, field: Field, form: MultiDict[str, str]) -> list[Ask]:
    rows = list(zip(form.getlist("asked"), form.getlist("document_kind"), strict=False))[:_MOST_ROWS]
    asked = [
        Ask(read_words(text, field.name, LONGEST_TEXT), read_words(kind, field.name, _LONGEST_LINE))
        for text, kind in rows
        if text.strip()
    ]
    if not asked:
        raise Unprocessable(_("Please say what is missing: at least one request."), field=field.name)
    return asked


def _conditions(
    _session: Session, _case: Permit, field: Field, form: MultiDict[str, str]
) -> list[ConditionText]:
    """The rows in their order; an emptied one falls away. What stands first is a row's number in the form."""
    ticked, codes = set(form.getlist("before_start")), form.getlist("code")
    rows = zip(form.getlist("row"), form.getlist("condition"), codes, strict=False)
    return [
        ConditionText(
            read_words(text.replace("\r\n", "\n"), field.name, LONGEST_TEXT),
            row in ticked,
            read_words(code, field.name, _LONGEST_LINE),
        )
        for row, text, code in list(rows)[:_MOST_ROWS]
        if text.strip()
    ]


def _ticks(session: Session, case: Permit, field: Field, form: MultiDict[str, str]) -> list[str]:
    assert field.options is not None
    known = [value for value, _words in field.options(session, case)]
    return [each for each in known if each in set(form.getlist(field.name))]


def _there(field: Field, typed: str) -> str:
    if field.is_required and not typed:
        raise Unprocessable(_("Please fill this in."), field=field.name)
    return typed


_READERS: Mapping[Kind, Callable[[Session, Permit, Field, MultiDict[str, str]], Any]] = {
    Kind.LINE: _line,
    Kind.TEXT: _text,
    Kind.DAY: _day,
    Kind.COUNT: _count,
    Kind.CHOICE: _choice,
    Kind.HIDDEN: _line,
    Kind.REQUESTS: _requests,
    Kind.CONDITIONS: _conditions,
    Kind.TICKS: _ticks,
}
