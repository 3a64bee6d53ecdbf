"""Who is shown what: every field of a schema says once who may see it, and one function leaves the rest out.

A schema is a dataclass under ``@shown_by_field``; each of its fields is made by ``seen_by``::

    @shown_by_field
    class Case:
        reference: str = seen_by(Visibility.PUBLIC)
        applicant: str = seen_by(Visibility.PARTIES)

    shown_to(case, Audience.PUBLIC)   # {"reference": …}

So neither a template nor a program's answer has to remember what to hide: it never gets it.
"""

from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from typing import Any, TypeVar, dataclass_transform

from babel.support import LazyProxy

from core.i18n import lazy_gettext as _

Schema = TypeVar("Schema", bound=type)
_KEY = "seen_by"


class Visibility(StrEnum):
    """Whom a thing is meant for: everybody, those whose matter it is (and the staff), or the staff alone."""

    PUBLIC = "public"
    PARTIES = "parties"
    STAFF = "staff"


class Audience(StrEnum):
    """What whoever asks is to a matter: nobody in particular, one of its parties, or who works on it for the city."""

    PUBLIC = "public"
    PARTIES = "parties"
    STAFF = "staff"


VISIBILITY_NAMES: dict[Visibility, LazyProxy] = {
    Visibility.PUBLIC: _("Everybody"),
    Visibility.PARTIES: _("The parties and the staff"),
    Visibility.STAFF: _("The staff only"),
}
SCHEMAS: list[type] = []
"""Every schema under ``@shown_by_field``, for the test that looks at all of them."""
_RANKS = {"public": 0, "parties": 1, "staff": 2}


def is_shown(visibility: Visibility | str, audience: Audience | str) -> bool:
    """The one rule: a thing is shown to an audience if it is meant for it or for a wider one.

    Raises KeyError for a word that is neither.
    """
    return _RANKS[visibility] <= _RANKS[audience]


def visibilities_for(audience: Audience) -> list[Visibility]:
    """What of a list may be shown to an audience: the same rule as a condition for a query."""
    return [each for each in Visibility if is_shown(each, audience)]


def seen_by(visibility: Visibility, **more: Any) -> Any:
    """A field of a schema, with whom it is meant for. ``more`` goes to ``dataclasses.field``."""
    return field(metadata={_KEY: visibility}, **more)


@dataclass_transform(frozen_default=True, field_specifiers=(seen_by,))
def shown_by_field(schema: Schema) -> Schema:
    """Make a frozen dataclass of a schema. Raises TypeError for a field that does not say who may see it."""
    made: Any = dataclass(frozen=True)(schema)
    for each in fields(made):
        if not isinstance(each.metadata.get(_KEY), Visibility):
            raise TypeError(f"{schema.__name__}.{each.name} does not say who may see it")
    SCHEMAS.append(made)
    return schema


def shown_to(thing: Any, audience: Audience) -> Any:
    """A schema as a dict of what an audience may see; schemas within it, alone or in lists, alike.

    Raises TypeError for a dataclass whose fields do not say who may see them.
    """
    if is_dataclass(thing) and not isinstance(thing, type):
        return {
            each.name: shown_to(getattr(thing, each.name), audience)
            for each in fields(thing)
            if is_shown(_visibility_of(thing, each.name, each.metadata), audience)
        }
    if isinstance(thing, dict):
        return {key: shown_to(value, audience) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [shown_to(each, audience) for each in thing]
    return thing


def _visibility_of(thing: Any, name: str, metadata: Any) -> Visibility:
    declared = metadata.get(_KEY)
    if not isinstance(declared, Visibility):
        raise TypeError(f"{type(thing).__name__}.{name} does not say who may see it")
    return declared
