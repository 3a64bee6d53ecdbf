"""A kind of permit in words: its periods, its fee worked out line by line, and what one version changed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from babel.support import LazyProxy

from core.clocks import DayUnit
from core.i18n import format_number, lazy_gettext, ngettext
from core.i18n import gettext as _
from layers.words import join_words, land_use_name
from permits.states import State
from permits.types.settings import Days, Fee, FeeLine, Named, Period, TypeSettings

PERIOD_NAMES: dict[Period, LazyProxy] = {
    Period.CHECK: lazy_gettext("Check of the documents"),
    Period.DECISION: lazy_gettext("Decision on the application"),
    Period.COMMENT: lazy_gettext("Comments of neighbours and citizens"),
    Period.ANSWER: lazy_gettext("Answer of the applicant to a request"),
    Period.APPEAL_FILING: lazy_gettext("Lodging an appeal after the decision"),
    Period.APPEAL: lazy_gettext("Ruling on an appeal"),
    Period.BEGINNING: lazy_gettext("Start of the works after the permit"),
    Period.VALIDITY: lazy_gettext("Validity of the permit from the start of the works"),
}
"""In the order of a case's life."""
UNIT_NAMES: dict[DayUnit, LazyProxy] = {
    DayUnit.WORKING: lazy_gettext("working days"),
    DayUnit.CALENDAR: lazy_gettext("calendar days"),
}
SILENCE_NAMES: dict[State | None, LazyProxy] = {
    None: lazy_gettext("Nothing: the case stays open and counts as overdue"),
    State.GRANTED: lazy_gettext("The application counts as granted"),
    State.REFUSED: lazy_gettext("The application counts as refused"),
}
_LIST_NAMES: dict[str, LazyProxy] = {
    "documents": lazy_gettext("Documents"),
    "checks": lazy_gettext("Checks"),
    "inspections": lazy_gettext("Inspections"),
    "conditions": lazy_gettext("Standard conditions"),
}


@dataclass(frozen=True)
class Change:
    """One thing that a version said otherwise than the one before, in the language spoken; empty: it was not there."""

    what: str
    before: str
    after: str


def days_told(days: Days) -> str:
    """A period in words: ``30 working days``."""
    if days.unit is DayUnit.WORKING:
        return ngettext("%(n)s working day", "%(n)s working days", days.days)
    return ngettext("%(n)s calendar day", "%(n)s calendar days", days.days)


def rials(amount: int) -> str:
    """An amount of money in words."""
    return _("%(amount)s rials", amount=format_number(amount))


def use_told(use: str) -> str:
    """A use that has a rate of its own, or all the others."""
    return land_use_name(use) if use else _("Every other use")


def fee_line_told(line: FeeLine) -> str:
    """How one line of a fee comes about: ``240 m² × 120,000 rials``."""
    if line.area_m2 is not None and line.rate is not None:
        return _("%(area)s m² × %(rate)s", area=format_number(float(line.area_m2), 2), rate=rials(line.rate))
    if line.kind == "minimum":
        return _("What is missing to the least fee")
    return _("Base")


def total_of(lines: Iterable[FeeLine]) -> int:
    """The whole fee, in rials."""
    return sum(line.amount for line in lines)


def rates_told(fee: Fee) -> list[tuple[str, int]]:
    """The rates for each m² of floor area, by use; that of every other use comes last."""
    named = sorted((use_told(use), rate) for use, rate in fee.per_m2.items() if use)
    others = [(use_told(use), rate) for use, rate in fee.per_m2.items() if not use]
    return named + others


def changes_between(old: TypeSettings, new: TypeSettings) -> list[Change]:
    """Everything that the newer of two versions says otherwise, in the order of the page."""
    return [*_words(old, new), *_periods(old, new), *_fees(old, new), *_lists(old, new), *_rules(old, new)]


def _words(old: TypeSettings, new: TypeSettings) -> Iterator[Change]:
    for what, before, after in (
        (_("Persian name"), old.fa, new.fa),
        (_("English name"), old.en, new.en),
        (_("Persian description"), old.about_fa, new.about_fa),
        (_("English description"), old.about_en, new.about_en),
    ):
        yield from _change(what, before, after, str)


def _periods(old: TypeSettings, new: TypeSettings) -> Iterator[Change]:
    for period, name in PERIOD_NAMES.items():
        yield from _change(str(name), old.periods[period], new.periods[period], days_told)


def _fees(old: TypeSettings, new: TypeSettings) -> Iterator[Change]:
    yield from _change(_("Base fee"), old.fee.base, new.fee.base, rials)
    yield from _change(_("Least fee"), old.fee.minimum, new.fee.minimum, rials)
    for use in sorted({*old.fee.per_m2, *new.fee.per_m2}):
        what = _("Fee for each m²: %(use)s", use=use_told(use))
        yield from _change(what, old.fee.per_m2.get(use), new.fee.per_m2.get(use), rials)


def _lists(old: TypeSettings, new: TypeSettings) -> Iterator[Change]:
    for field, name in _LIST_NAMES.items():
        before = {each.code: each for each in _named(old, field)}
        after = {each.code: each for each in _named(new, field)}
        for code in dict.fromkeys((*before, *after)):
            yield from _change(str(name), before.get(code), after.get(code), _entry_told)
        if list(before) != list(after) and set(before) == set(after):
            yield Change(_("Order: %(list)s", list=name), _joined(before.values()), _joined(after.values()))


def _rules(old: TypeSettings, new: TypeSettings) -> Iterator[Change]:
    yield from _change(
        _("Neighbours written to"), old.neighbours_within_m, new.neighbours_within_m, neighbours_told
    )
    for what, before, after in (
        (_("A comment period is needed"), old.is_publicity_required, new.is_publicity_required),
        (_("Footprint and floors are asked for"), old.has_building, new.has_building),
        (_("A survey is needed"), old.needs_survey, new.needs_survey),
    ):
        yield from _change(what, before, after, lambda is_so: _("Yes") if is_so else _("No"))
    if old.silence != new.silence:
        what = _("When no decision is made in time")
        yield Change(what, str(SILENCE_NAMES[old.silence]), str(SILENCE_NAMES[new.silence]))


def neighbours_told(within_m: float) -> str:
    """How far from the parcel neighbours are written to."""
    if not within_m:
        return _("Nobody")
    return _("Within %(distance)s m of the parcel", distance=format_number(within_m, 1))


def _change(what: str, before: Any, after: Any, told: Callable[[Any], str]) -> Iterator[Change]:
    """The one change of a thing that is None where it was not or is no more; nothing when it is the same."""
    if before != after:
        yield Change(what, *("" if each is None else told(each) for each in (before, after)))


def _named(settings: TypeSettings, field: str) -> Sequence[Named]:
    found: Sequence[Named] = getattr(settings, field)
    return found


def _entry_told(entry: Named) -> str:
    return entry.name if entry.is_required else _("%(name)s (optional)", name=entry.name)


def _joined(entries: Iterable[Named]) -> str:
    return join_words([entry.name for entry in entries])
