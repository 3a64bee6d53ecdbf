"""The form of a kind of permit: what stands in its fields, and reading them back, each refused by its own name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import BadInput
from core.i18n import format_number, local_digits
from core.i18n import gettext as _
from core.inputs import read_words
from core.text import latin_digits
from layers.words import LAND_USES
from permits.types.schemas import FARTHEST_M
from permits.types.settings import Named, Period, TypeSettings

LISTS = ("documents", "checks", "inspections", "conditions")
SPARE = 3
"""Empty lines at the end of each list; saving them filled gives as many again."""
SPARE_RATES = 2
MOST_ENTRIES = 60
_LONGEST, _LONGEST_TEXT = 200, 1000
_LONGEST_NUMBER = 16
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Entry:
    """A line of a list as it stands in the form; one without names is an empty line."""

    place: int
    code: str = ""
    fa: str = ""
    en: str = ""
    is_required: bool = True


@dataclass(frozen=True)
class Rate:
    """A fee for each m² of floor area of one use; ``use`` is empty in an empty line."""

    place: int
    use: str = ""
    rials: str = ""


def fields_of(settings: TypeSettings) -> dict[str, str]:
    """What stands in the form's fields before anybody types: of a box that is not ticked, nothing."""
    fields = {name: str(getattr(settings, name)) for name in ("fa", "en", "about_fa", "about_en")}
    for period, each in settings.periods.items():
        fields[f"periods.{period.value}.days"] = local_digits(str(each.days))
        fields[f"periods.{period.value}.unit"] = each.unit.value
    fields["fee.base"], fields["fee.minimum"] = map(format_number, (settings.fee.base, settings.fee.minimum))
    fields["fee.others"] = format_number(settings.fee.per_m2[""]) if "" in settings.fee.per_m2 else ""
    rates = [(use, rate) for use, rate in settings.fee.per_m2.items() if use]
    for place, (use, rate) in enumerate(rates):
        fields[f"fee.per_m2.{place}.use"], fields[f"fee.per_m2.{place}.rials"] = use, format_number(rate)
    for name in LISTS:
        entries: tuple[Named, ...] = getattr(settings, name)
        for place, entry in enumerate(entries):
            fields |= _entry_fields(f"{name}.{place}", entry)
    fields["neighbours_within_m"] = format_number(settings.neighbours_within_m, 3)
    fields["silence"] = settings.silence.value if settings.silence else ""
    ticked = ("is_publicity_required", "has_building", "needs_survey")
    return fields | {name: "yes" for name in ticked if getattr(settings, name)}


def _entry_fields(prefix: str, entry: Named) -> dict[str, str]:
    fields = {f"{prefix}.code": entry.code, f"{prefix}.fa": entry.fa, f"{prefix}.en": entry.en}
    return fields | ({f"{prefix}.is_required": "yes"} if entry.is_required else {})


def entries_in(fields: Mapping[str, str], name: str) -> list[Entry]:
    """The lines of a list in the form, and empty ones to add to it."""
    found = [
        Entry(
            place,
            fields.get(f"{name}.{place}.code", ""),
            fields.get(f"{name}.{place}.fa", ""),
            fields.get(f"{name}.{place}.en", ""),
            f"{name}.{place}.is_required" in fields,
        )
        for place in _places(fields, name, "fa")
    ]
    after = max((entry.place for entry in found), default=-1) + 1
    empty = sum(not (entry.fa.strip() or entry.en.strip()) for entry in found)
    return found + [Entry(after + extra) for extra in range(max(0, SPARE - empty))]


def rates_in(fields: Mapping[str, str]) -> list[Rate]:
    """The rates by use in the form, and empty lines to add to them."""
    found = [
        Rate(place, fields.get(f"fee.per_m2.{place}.use", ""), fields.get(f"fee.per_m2.{place}.rials", ""))
        for place in _places(fields, "fee.per_m2", "use")
    ]
    after = max((rate.place for rate in found), default=-1) + 1
    empty = sum(not rate.use for rate in found)
    return found + [Rate(after + extra) for extra in range(max(0, SPARE_RATES - empty))]


def _places(fields: Mapping[str, str], name: str, member: str) -> list[int]:
    """The numbers of a list's lines, in order; more than anybody types are left aside by the reader."""
    pattern = re.compile(re.escape(name) + r"\.(\d{1,4})\." + member, re.ASCII)
    return sorted({int(found[1]) for each in fields if (found := pattern.fullmatch(each))})


def read_form(fields: Mapping[str, str]) -> dict[str, Any]:
    """The form as :func:`permits.types.schemas.from_json` takes it. Raises BadInput naming the field."""
    return {
        "fa": read_words(fields.get("fa"), "fa", _LONGEST),
        "en": read_words(fields.get("en"), "en", _LONGEST),
        "about_fa": read_words(fields.get("about_fa"), "about_fa", _LONGEST_TEXT),
        "about_en": read_words(fields.get("about_en"), "about_en", _LONGEST_TEXT),
        "periods": {period.value: _read_period(fields, f"periods.{period.value}") for period in Period},
        "fee": {
            "base": _read_rials(fields, "fee.base"),
            "minimum": _read_rials(fields, "fee.minimum"),
            "per_m2": _read_rates(fields),
        },
        **{name: list(_read_list(fields, name)) for name in LISTS},
        "neighbours_within_m": _read_number(fields, "neighbours_within_m"),
        "silence": fields.get("silence") or None,
        **{
            name: fields.get(name) == "yes"
            for name in ("is_publicity_required", "has_building", "needs_survey")
        },
    }


def _read_period(fields: Mapping[str, str], name: str) -> dict[str, Any]:
    typed = _digits(fields.get(f"{name}.days"))
    if not re.fullmatch(r"\d{1,4}", typed, re.ASCII):
        raise BadInput(_("Please give a whole number of days."), field=name)
    return {"days": int(typed), "unit": fields.get(f"{name}.unit", "")}


def _read_rates(fields: Mapping[str, str]) -> dict[str, int]:
    """The rates by use. A line without a use or without a rate is no rate; a use stands once."""
    rates: dict[str, int] = {}
    if _digits(fields.get("fee.others")):
        rates[""] = _read_rials(fields, "fee.others")
    for rate in rates_in(fields):
        if not rate.use or not _digits(rate.rials):
            continue
        if rate.use not in LAND_USES:
            raise BadInput(_("There is no such use."), field=f"fee.per_m2.{rate.place}.use")
        if rate.use in rates:
            raise BadInput(_("Two rates are for the same use."), field="fee.per_m2")
        rates[rate.use] = _read_rials(fields, f"fee.per_m2.{rate.place}.rials")
    return rates


def _read_rials(fields: Mapping[str, str], name: str) -> int:
    typed = re.sub("[٬,\\s]", "", _digits(fields.get(name)))
    if not typed:
        return 0
    if not typed.isascii() or not typed.isdigit() or len(typed) > _LONGEST_NUMBER:
        raise BadInput(_("Please give a whole amount in rials."), field=name)
    return int(typed)


def _read_number(fields: Mapping[str, str], name: str) -> float:
    typed = _digits(fields.get(name)).replace("٫", ".").replace("٬", "").replace(",", "") or "0"
    if not re.fullmatch(r"\d{1,6}(\.\d{1,3})?", typed, re.ASCII) or float(typed) > FARTHEST_M:
        raise BadInput(
            _("Please give a number of metres up to %(most)s, or nothing.", most=format_number(FARTHEST_M)),
            field=name,
        )
    return float(typed)


def _read_list(fields: Mapping[str, str], name: str) -> Iterator[dict[str, Any]]:
    """The lines that have a name; one without any is taken off the list."""
    named = [each for each in entries_in(fields, name) if each.fa.strip() or each.en.strip()]
    if len(named) > MOST_ENTRIES:
        raise BadInput(_("A list has no more than %(n)s lines.", n=format_number(MOST_ENTRIES)), field=name)
    taken = {each.code for each in named if each.code}
    for each in named:
        at = f"{name}.{each.place}"
        fa, en = read_words(each.fa, at, _LONGEST), read_words(each.en, at, _LONGEST)
        if not (fa and en):
            raise BadInput(_("Please give the name in both languages."), field=at)
        code = each.code or _new_code(en, taken)
        if not _CODE.fullmatch(code):
            raise BadInput(_("This code cannot be."), field=at)
        taken.add(code)
        yield {"code": code, "fa": fa, "en": en, "is_required": each.is_required}


def _new_code(english: str, taken: set[str]) -> str:
    """A code for a new line, made of its English name: what cases name it by, so it never changes afterwards."""
    stem = re.sub(r"[^a-z0-9]+", "_", english.casefold()).strip("_")[:32]
    stem = stem if _CODE.fullmatch(stem) else "entry"
    number = 1
    code = stem
    while code in taken:
        number += 1
        code = f"{stem}_{number}"
    return code


def _digits(typed: str | None) -> str:
    return latin_digits(typed or "").strip()
