"""A type's settings as JSON keeps them, and back; what cannot be is refused by the name of its field."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from core.clocks import DayUnit
from core.errors import Unprocessable
from core.i18n import gettext as _
from permits.states import State
from permits.types.settings import Days, Fee, Named, Period, TypeSettings

T = TypeVar("T")

_MOST_DAYS = 3650
_MOST_RIALS = 10**13
FARTHEST_M = 5000
_LISTS = ("documents", "checks", "inspections", "conditions")
_SILENT = {None, State.GRANTED, State.REFUSED}


def to_json(settings: TypeSettings) -> dict[str, Any]:
    """Settings as they are kept; code and version stand beside them."""
    return {
        "fa": settings.fa,
        "en": settings.en,
        "about_fa": settings.about_fa,
        "about_en": settings.about_en,
        "periods": {
            period.value: {"days": each.days, "unit": each.unit.value}
            for period, each in settings.periods.items()
        },
        **{
            name: [
                {"code": each.code, "fa": each.fa, "en": each.en, "is_required": each.is_required}
                for each in getattr(settings, name)
            ]
            for name in _LISTS
        },
        "neighbours_within_m": settings.neighbours_within_m,
        "is_publicity_required": settings.is_publicity_required,
        "silence": settings.silence.value if settings.silence else None,
        "fee": {
            "base": settings.fee.base,
            "per_m2": dict(settings.fee.per_m2),
            "minimum": settings.fee.minimum,
        },
        "has_building": settings.has_building,
        "needs_survey": settings.needs_survey,
    }


def from_json(code: str, version: int, given: Mapping[str, Any]) -> TypeSettings:
    """Settings from what is kept or typed. Raises Unprocessable naming the field."""
    lists = {name: _list(name, given.get(name, [])) for name in _LISTS}
    silence = _read("silence", lambda: State(given["silence"]) if given.get("silence") else None)
    if silence not in _SILENT:
        raise _wrong("silence")
    return TypeSettings(
        code=code,
        version=version,
        fa=_words("fa", given.get("fa")),
        en=_words("en", given.get("en")),
        about_fa=str(given.get("about_fa") or ""),
        about_en=str(given.get("about_en") or ""),
        periods={period: _days(period, given.get("periods", {}).get(period.value)) for period in Period},
        neighbours_within_m=_figure("neighbours_within_m", given.get("neighbours_within_m", 0), FARTHEST_M),
        is_publicity_required=bool(given.get("is_publicity_required")),
        silence=silence,
        fee=_fee(given.get("fee") or {}),
        has_building=bool(given.get("has_building", True)),
        needs_survey=bool(given.get("needs_survey")),
        **lists,
    )


def _list(name: str, given: Any) -> tuple[Named, ...]:
    found = _read(
        name,
        lambda: tuple(
            Named(
                _words(name, each["code"]),
                _words(name, each["fa"]),
                _words(name, each["en"]),
                bool(each.get("is_required", True)),
            )
            for each in given
        ),
    )
    if len({each.code for each in found}) != len(found):
        raise Unprocessable(_("Two entries have the same code."), field=name)
    return found


def _days(period: Period, given: Any) -> Days:
    name = f"periods.{period.value}"
    found = _read(name, lambda: Days(int(given["days"]), DayUnit(given.get("unit", DayUnit.WORKING))))
    if not 1 <= found.days <= _MOST_DAYS:
        raise Unprocessable(_("A period has from 1 to %(most)s days.", most=_MOST_DAYS), field=name)
    return found


def _fee(given: Mapping[str, Any]) -> Fee:
    rates = _read(
        "fee.per_m2",
        lambda: {
            str(use): int(_figure("fee.per_m2", rate, _MOST_RIALS))
            for use, rate in given.get("per_m2", {}).items()
        },
    )
    base = int(_figure("fee.base", given.get("base", 0), _MOST_RIALS))
    return Fee(base, rates, int(_figure("fee.minimum", given.get("minimum", 0), _MOST_RIALS)))


def _figure(name: str, given: Any, most: float) -> float:
    found = _read(name, lambda: float(given))
    if not 0 <= found <= most:
        raise _wrong(name)
    return found


def _words(name: str, given: Any) -> str:
    words = str(given or "").strip()
    if not words:
        raise Unprocessable(_("Please fill this in."), field=name)
    return words


def _read(name: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _wrong(name) from None


def _wrong(name: str) -> Unprocessable:
    return Unprocessable(_("This value cannot be: %(name)s.", name=name), field=name)
