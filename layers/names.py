"""Which columns of a stranger's file name its features, in which language, and what kind each is of."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.fields import (
    Columns,
    as_text,
    choose_field,
    guess_field,
    is_persian,
    plain_name,
    take_sample,
    words,
)
from core.geofiles import Field
from layers.models import BaseRole

_PERSIAN_NAMES = words("""
    namefa namefarsi namepersian persianname farsiname namepers نامفارسی titlefa
""")
_ENGLISH_NAMES = words("""
    nameen nameeng nameenglish englishname namelatin latinname نامانگلیسی titleen
""")
_NAMES = words("""
    name nam fullname title label نام عنوان اسم sitename placename longname
""")
_STREET_NAMES = words("""
    fullname label street fullstreet name streetname streetnam stname roadname rdname نام ناممعبر
    نامخیابان
""")
# These end in "name", but name something else than the feature.
_OTHERS_NAMES = re.compile(
    r"^(user|file|layer|table|town|city|county|municipal|state|owner|street|st|road|contractor|editor|last|first|"
    r"creator|scientific|map|applicant|manager|agency).*nam"
)
_STREET_CLASS_FIELDS = words("""
    highway fclass roadclass streetclass functionalclass funcclass class roadtype majorroad kind type نوع
""")
_KINDS = words("""
    kind category type subtype fclass class systemtype نوع دسته
""")
_STREET_CLASSES = {
    word: street_class
    for street_class, of_class in {
        "ring": words("ring motorway freeway expressway highway trunk interstate بزرگراه آزادراه"),
        "arterial": words("primary secondary arterial major principal شریانی"),
        "collector": words("collector tertiary minor جمعکننده"),
        "local": words("local residential unclassified living محلی"),
        "alley": words("alley service footway path private کوچه"),
    }.items()
    for word in of_class
}


@dataclass(frozen=True)
class NameFields:
    """The columns that features are named and sorted by; None where there is none."""

    any_language: str | None
    fa: str | None
    en: str | None
    kind: str | None
    is_street: bool

    def names(self, columns: Columns, row: int) -> tuple[str, str]:
        """A feature's Persian and English name; empty where it has none."""
        fa = as_text(columns[self.fa][row]) if self.fa else ""
        en = as_text(columns[self.en][row]) if self.en else ""
        either = as_text(columns[self.any_language][row]) if self.any_language else ""
        if not any(sign.isalnum() for sign in either):
            return fa, en
        return (fa or either, en) if is_persian(either) else (fa, en or either)

    def kind_of(self, columns: Columns, row: int) -> str:
        """What kind of its layer a feature is; for streets one of the classes the map draws, or as the file has it."""
        if self.kind is None:
            return ""
        value = as_text(columns[self.kind][row])
        if not self.is_street:
            return value
        if plain_name(self.kind) == "majorroad":
            return {"1": "arterial", "2": "collector"}.get(value, "local")
        parts = [plain_name(word) for word in re.split(r"[\s_/-]+", value)]
        return next((_STREET_CLASSES[word] for word in parts if word in _STREET_CLASSES), value)

    @property
    def used(self) -> list[str]:
        """The columns that names come from."""
        return [name for name in dict.fromkeys((self.fa, self.en, self.any_language)) if name]


def find_name_fields(
    fields: Sequence[Field],
    columns: Columns,
    role: str | None,
    name_field: str | None = None,
    kind_field: str | None = None,
) -> NameFields:
    """Find the columns, by what was said, else by what they are called and hold. Raises Unprocessable."""
    is_street = role == BaseRole.STREET
    fa = guess_field(fields, _PERSIAN_NAMES, _holds(columns))
    en = guess_field(fields, _ENGLISH_NAMES, _holds(columns))
    named = choose_field(fields, name_field, "--name-field") if name_field else None
    if named is None and not (fa and en):
        named = _guess_name(fields, columns, is_street)
    return NameFields(
        named,
        fa if fa != named else None,
        en if en != named else None,
        choose_field(fields, kind_field, "--kind-field")
        if kind_field
        else _guess_kind(fields, columns, is_street),
        is_street,
    )


def _holds(columns: Columns, fits: Callable[[str], bool] = bool) -> Callable[[str], bool]:
    def is_name(name: str) -> bool:
        sample = take_sample(columns[name])
        return sample.texts > 0.02 and fits(name)

    return is_name


def _guess_name(fields: Sequence[Field], columns: Columns, is_street: bool) -> str | None:
    # One name for thousands of features is that of what they are part of, not theirs.
    telling = _holds(
        columns, lambda name: take_sample(columns[name]).distinct >= 0.02 or len(columns[name]) < 50
    )
    found = guess_field(fields, _STREET_NAMES if is_street else _NAMES, telling)
    if found:
        return found
    for field in fields:
        plain = plain_name(field.original)
        is_called_so = plain.startswith(("name", "نام")) or plain.endswith(
            ("name", "station", "title", "label")
        )
        if is_called_so and not _OTHERS_NAMES.match(plain) and telling(field.name):
            return field.name
    return None


def _guess_kind(fields: Sequence[Field], columns: Columns, is_street: bool) -> str | None:
    def fits(name: str) -> bool:
        sample = take_sample(columns[name])
        if plain_name(name) == "majorroad":
            return sample.filled > 0
        return sample.is_a_category and sample.texts > 0.5 * sample.filled and sample.average_length <= 40

    return guess_field(fields, _STREET_CLASS_FIELDS if is_street else _KINDS, fits)
