"""Two languages: numbers, dates and direction follow the one spoken, and no word is left untranslated."""

import datetime as dt
import re
from pathlib import Path

import polib
import pytest
from babel.messages.extract import extract_from_dir
from babel.numbers import format_decimal
from hypothesis import example, given
from hypothesis import strategies as st

from core import i18n

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext.babel_extract")]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@pytest.mark.parametrize(
    ("day", "fa", "en"),
    [
        (dt.date(2026, 11, 23), "۲ آذر ۱۴۰۵", "23 November 2026"),
        (dt.date(2025, 3, 20), "۳۰ اسفند ۱۴۰۳", "20 March 2025"),  # a leap Esfand
        (dt.date(2025, 3, 21), "۱ فروردین ۱۴۰۴", "21 March 2025"),
        (dt.date(622, 3, 22), "۱ فروردین ۱", "22 March 622"),
        (dt.date(622, 3, 21), "۲۱ مارس ۶۲۲ میلادی", "21 March 622"),  # before the calendar begins
        (dt.date(9999, 3, 20), "۳۰ اسفند ۹۳۷۷", "20 March 9999"),
        (
            dt.date(9999, 12, 31),
            "۳۱ دسامبر ۹۹۹۹ میلادی",
            "31 December 9999",
        ),  # after its last worked out year
    ],
)
def test_dates(day: dt.date, fa: str, en: str) -> None:
    with i18n.speaking("fa"):
        assert i18n.format_date(day) == fa
    with i18n.speaking("en"):
        assert i18n.format_date(day) == en


def test_numbers() -> None:
    with i18n.speaking("fa"):
        assert i18n.format_number(1234.56, 1) == "۱٬۲۳۴٫۶"
        assert i18n.format_percent(2.4) == "۲۴۰٪"
        assert i18n.direction() == "rtl"
    with i18n.speaking("en"):
        assert i18n.format_number(1234.56, 1) == "1,234.6"
        assert i18n.format_percent(0.6) == "60%"
        assert i18n.direction() == "ltr"


@given(
    st.floats(-1e18, 1e18) | st.integers(-(10**17), 10**17) | st.decimals(-1000, 1000, places=3).map(float),
    st.integers(0, 3),
)
@example(2.675, 2)
@example(-0.4, 0)
@example(999_999_999_999_999.5, 0)
def test_numbers_are_written_as_babel_writes_them(value: float, decimals: int) -> None:
    pattern = "#,##0" + ("." + "#" * decimals if decimals else "")
    with i18n.speaking("en"):
        assert i18n.format_number(value, decimals) == format_decimal(value, format=pattern, locale="en")


def messages_in(package: str) -> dict[str, str]:
    """Every message id that the code and templates of a package ask for, with the place of one use."""
    found: dict[str, str] = {}
    for file, line, message, _comments, _context in extract_from_dir(
        ROOT / package,
        method_map=METHODS,
        keywords=KEYWORDS,
        options_map={"**/templates/**.html": {"newstyle_gettext": "false"}},
    ):
        for one in message if isinstance(message, tuple) else (message,):
            found[one] = f"{package}/{file}:{line}"
    return found


def words_of(package: str) -> dict[str, polib.POEntry]:
    words: dict[str, polib.POEntry] = {}
    for path in (ROOT / package / "translations").glob("fa/LC_MESSAGES/messages.po"):
        for entry in polib.pofile(str(path)):
            words[entry.msgid] = entry
    return words


@pytest.mark.parametrize("package", i18n.PACKAGES)
def test_every_message_is_in_persian(package: str) -> None:
    known = words_of(package)
    missing = []
    for message, place in messages_in(package).items():
        entry = known.get(message)
        if entry is None and any(message == other.msgid_plural for other in known.values()):
            continue
        if entry is None or not entry.translated() or entry.fuzzy:
            missing.append(f"{place}: {message!r}")
    assert missing == []


@pytest.mark.parametrize("package", i18n.PACKAGES)
def test_catalogue_is_sound(package: str) -> None:
    used = messages_in(package)
    for message, entry in words_of(package).items():
        assert message in used, f"{package}: nobody says {message!r} any more"
        wanted = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
        for said in [entry.msgstr, *entry.msgstr_plural.values()]:
            if said:
                assert set(PLACEHOLDER.findall(said)) <= wanted, f"{package}: {message!r}"
                assert "ي" not in said, f"Arabic yeh in {said!r}"
                assert "ك" not in said, f"Arabic kaf in {said!r}"
                assert "!" not in said, f"exclamation mark in {said!r}"


def test_a_word_is_said_one_way() -> None:
    """All rooms speak from one catalogue: of two translations of a message only one would ever be heard."""
    said: dict[str, tuple[str, object]] = {}
    for package in i18n.PACKAGES:
        for path in (ROOT / package / "translations").glob("fa/LC_MESSAGES/messages.po"):
            entries = polib.pofile(str(path))
            assert len({entry.msgid for entry in entries}) == len(entries), f"{package} says a message twice"
            for entry in entries:
                words = (entry.msgstr, sorted(entry.msgstr_plural.items()))
                assert said.setdefault(entry.msgid, words) == words, f"{package}: {entry.msgid!r}"
