"""What another register's words mean here: its states, its kinds, its dates. What is not known is said, not guessed."""

import datetime as dt
import re

from core.errors import AppError
from core.inputs import read_day
from core.text import fold, latin_digits
from permits.states import State

OTHER = "other"
"""The kind of what has no kind of ours: never offered to applicants, and told by its register's own word."""

_STATES: dict[State, str] = {
    State.COMPLETED: "permit finaled|finaled|final|completed|complete|built|closed complete|پایان کار|تکمیل شده",
    State.BUILDING: "inspection phase|under construction|in construction|active|در حال ساخت",
    State.GRANTED: "permit issued|issued|approved|granted|permitted|صادر شده|موافقت شده|صدور پروانه",
    State.GRANTED_CONDITIONS: "approved with conditions|granted with conditions|conditional approval|موافقت مشروط",
    State.REFUSED: "denied|refused|rejected|disapproved|رد شده|رد|مخالفت شده",
    State.LAPSED: "expired|lapsed|منقضی|منقضی شده",
    State.REVOKED: "revoked|لغو شده|باطل شده|ابطال شده",
    State.WITHDRAWN: "withdrawn|انصراف",
    State.CLOSED: "permit cancelled|permit canceled|cancelled|canceled|void|superseded|no decision|closed|بسته شده",
    State.ASSESSMENT: "in review|under review|reviewing|permitting|pending|plan review|در حال بررسی|در دست بررسی",
    State.VALID: "application accepted|accepted|applied|submitted|received|filed|ثبت شده",
    State.COMMITTEE: "hearing|planning board|کمیسیون",
}
_STATE_OF = {fold(word): state for state, told in _STATES.items() for word in told.split("|")}
# The first that stands among the words of a kind decides: a demolished fence is a demolition.
_KINDS: tuple[tuple[str, str], ...] = (
    ("demolition", r"demo\w*|razing|raze|تخریب(?! و نوسازی)"),
    ("fence", r"fenc\w*|retaining wall|دیوار|حصار"),
    ("sign", r"signs?|signage|تابلو"),
    ("pavement", r"sidewalk|scaffold\w*|street occupation|پیاده رو|داربست"),
    ("subdivision", r"subdivision|plat|lot split|تفکیک|تجمیع"),
    ("change_of_use", r"change of use|تغییر کاربری"),
    ("new_building", r"new|نوسازی|احداث"),
    ("extension", r"addition\w*|extension|alteration\w*|اضافه بنا|توسعه بنا"),
)
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_REFUSED_WORDS = "‐‑‒–—−"
_REFERENCE = re.compile(r"[^\w.\-]+")
_LONGEST = 60


def reference_of(number: str) -> str:
    """A number as it can stand in an address: digits Latin, dashes plain, anything else a hyphen."""
    plain = latin_digits(number.strip()).translate(dict.fromkeys(map(ord, _REFUSED_WORDS), "-"))
    return _REFERENCE.sub("-", plain).strip("-")[:_LONGEST]


def state_of(word: str) -> State | None:
    """The state that a register's word means; None for a word that nobody told us."""
    return _STATE_OF.get(fold(word))


def kind_of(word: str, own: dict[str, str]) -> str:
    """The kind that a register's word means: one of ours by its code or name, else by what stands in it, else other."""
    plain = fold(word)
    if plain in own:
        return own[plain]
    for code, pattern in _KINDS:
        if code in own.values() and re.search(rf"\b(?:{pattern})\b", plain):
            return code
    return OTHER


def day_of(text: str) -> dt.date | None:
    """A day as registers write it: 2024-05-31, with a time behind it or not, 5/31/2024, or Jalali 1403/3/11.

    None for what is none of them.
    """
    plain = latin_digits(text.strip())
    american = _AMERICAN.match(plain)
    written = _ISO.match(plain)
    try:
        if american:
            month, day, year = map(int, american.groups())
            return dt.date(year, month, day)
        if not written:
            return None
        year, month, day = map(int, written.groups())
        # Jalali years are the 13th to 15th centuries'; nobody's register holds those of the other calendar.
        if 1200 <= year <= 1599:
            return read_day(f"{year}/{month}/{day}")
        return dt.date(year, month, day)
    except (ValueError, AppError):
        return None
