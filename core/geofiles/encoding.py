"""Which encoding a file's text is in: declared, recognised, or a question to the sender. Never mojibake in silence."""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.geofiles.findings import Report, SourceError

# Numbers that .cpg files hold instead of names.
_NUMBERS = {
    "65001": "utf-8",
    "88596": "iso8859-6",
    "28591": "iso8859-1",
    "20127": "ascii",
    "1200": "utf-16-le",
}
_LATIN = frozenset({"iso8859-1", "iso8859-15", "cp1252", "cp850", "cp437", "ascii"})
_MULTIBYTE = frozenset(
    {
        "utf-8",
        "utf-8-sig",
        "gbk",
        "gb18030",
        "gb2312",
        "big5",
        "shift_jis",
        "cp932",
        "cp949",
        "cp950",
        "euc_kr",
    }
)

# The DBF header's language driver (byte 29), as ESRI and dBASE wrote it. 0x57 is "the ANSI page of the machine
# that wrote it", which in Iran is 1256: it declares nothing.
_LDID = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x08: "cp865", 0x09: "cp437", 0x0A: "cp850", 0x0B: "cp437",
    0x0D: "cp437", 0x0E: "cp850", 0x0F: "cp437", 0x10: "cp850", 0x11: "cp437", 0x12: "cp850", 0x13: "cp932",
    0x14: "cp850", 0x15: "cp437", 0x16: "cp850", 0x17: "cp865", 0x18: "cp437", 0x19: "cp437", 0x1A: "cp850",
    0x1B: "cp437", 0x1C: "cp863", 0x1D: "cp850", 0x1F: "cp852", 0x22: "cp852", 0x23: "cp852", 0x24: "cp860",
    0x25: "cp850", 0x26: "cp866", 0x37: "cp850", 0x40: "cp852", 0x4D: "gbk", 0x4E: "cp949", 0x4F: "cp950",
    0x50: "cp874", 0x58: "cp1252", 0x59: "cp1252", 0x64: "cp852", 0x65: "cp866", 0x66: "cp865",
    0x67: "cp861", 0x6A: "cp737", 0x6B: "cp857", 0x6C: "cp863", 0x78: "cp950", 0x79: "cp949", 0x7A: "gbk",
    0x7B: "cp932", 0x7C: "cp874", 0x7D: "cp1255", 0x7E: "cp1256", 0x86: "cp737", 0x87: "cp852", 0x88: "cp857",
    0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253", 0xCC: "cp1257",
}  # fmt: skip

_HIGH_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
# Letters and marks of Persian as cp1256 can write them, with ZWNJ, Arabic punctuation and quotes.
_PERSIAN_WORD = re.compile("[\u0600-\u06ff\u200c\u200d\u200e\u200f«»\xa0…–—]+")
_COMMON = frozenset("اآلیيىمنروهدتبسشعکكگپفةئ")
# Accented letters, curly quotes, dashes, ellipsis, euro, trade mark, no-break space, « » ° ² ³ · § © ®.
_WESTERN = (frozenset(range(0xC0, 0x100)) - {0xD7, 0xF7}) | frozenset(
    b"\x80\x85\x91\x92\x93\x94\x95\x96\x97\x99\xa0\xa7\xa9\xab\xae\xb0\xb2\xb3\xb7\xba\xbb"
)
ENOUGH_WORDS = 20_000
ENOUGH_LETTERS = 3
"""So many letters of several bytes are no accident."""


@dataclass(frozen=True)
class Cell:
    """Text that is not plain ASCII: row (0-based), column and the bytes; ``full`` when they may have been cut off."""

    row: int
    column: str
    raw: bytes
    full: bool = False


@dataclass(frozen=True)
class Decoder:
    """The encoding in use, and whether bytes that do not fit show as � (only when the sender chose it)."""

    name: str
    replace: bool = False

    def __call__(self, raw: bytes) -> tuple[str, str | None]:
        """The text, and the code of what had to be done to it: None, ``encoding.cut`` or ``encoding.replaced``."""
        try:
            return raw.decode(self.name), None
        except UnicodeDecodeError as error:
            cut = _without_cut_letter(raw, self.name, error)
            if cut is not None:
                return cut, "encoding.cut"
            return raw.decode(self.name, "replace"), "encoding.replaced"


def codec_name(said: str) -> str | None:
    """Python's name of an encoding however it is spelt: ``ANSI 1256``, ``1256``, ``88591``, ``UTF8``; else None."""
    text = said.strip().strip("\x00\ufeff\"'").lower()
    digits = re.sub(r"\D", "", text)
    iso = re.fullmatch(r"8859(\d{1,2})", digits)
    tries = [text, re.sub(r"[\s_]+", "-", text), _NUMBERS.get(digits, "")]
    if iso:
        tries.insert(0, f"iso8859-{iso[1]}")
    elif re.fullmatch(r"(ansi|oem|cp|windows|win|ms|dos|codepage|code page|ibm)?[\s_-]*\d{3,4}", text):
        tries.insert(0, f"cp{digits}")
    for name in tries:
        try:
            codec = codecs.lookup(name) if name else None
        except (LookupError, ValueError):
            continue
        # Python also has codecs that are no text encodings (zip, rot13 …).
        if codec is not None and getattr(codec, "_is_text_encoding", True):
            return codec.name
    return None


def asked_codec(said: str) -> str:
    """The encoding that the sender chose. Raises SourceError ``encoding.no_such``."""
    name = codec_name(said)
    if name is None:
        raise SourceError("encoding.no_such", name=said)
    return name


def ldid_codec(ldid: int) -> str | None:
    """What the DBF header declares, or None where it declares nothing."""
    return _LDID.get(ldid)


def decide(
    cells: Iterable[Cell],
    report: Report,
    *,
    member: str,
    declared: str | None = None,
    asked: str | None = None,
) -> Decoder:
    """Choose the encoding of all the text in a layer and say so in the report where it was not declared.

    Raises SourceError where the text is not what was declared, or cannot be recognised.
    """
    if asked is not None:
        return Decoder(asked_codec(asked), replace=True)
    name = codec_name(declared) if declared else None
    if declared and name is None:
        report.add("encoding.unknown_declared", member, name=declared.strip()[:40])
    seen = _Evidence(cells, name)
    if not seen.sample:
        return Decoder(name or "utf-8")
    if name is not None:
        return _declared(name, seen, report, member)
    return _recognised(seen, report, member)


def _declared(name: str, seen: "_Evidence", report: Report, member: str) -> Decoder:
    if seen.bad_declared is not None:
        cell = seen.bad_declared
        guess = "utf-8" if seen.utf8 else "cp1256" if seen.is_persian() else "cp1252"
        raise SourceError(
            "encoding.wrong",
            member=member,
            declared=name,
            row=cell.row,
            guess=guess,
            sample=_sample(cell.raw, guess),
        )
    if name in _MULTIBYTE:
        return Decoder(name)
    if seen.utf8 and seen.multibyte >= ENOUGH_LETTERS - 1:
        # Text of a single-byte page that happens to be strict UTF-8 throughout does not exist in practice.
        cell = seen.best()
        report.add("encoding.is_utf8", member, declared=name, row=cell.row, sample=_sample(cell.raw, "utf-8"))
        return Decoder("utf-8")
    if name in _LATIN and seen.is_persian():
        raw = seen.best().raw
        raise SourceError(
            "encoding.contradicts", member=member, declared=name, guess="cp1256",
            bad=_sample(raw, name), sample=_sample(raw, "cp1256"),
        )  # fmt: skip
    return Decoder(name)


def _recognised(seen: "_Evidence", report: Report, member: str) -> Decoder:
    cell = seen.best()
    if seen.utf8:
        used = "utf-8"
    elif seen.is_persian():
        used = "cp1256"
    elif seen.is_latin():
        used = "cp1252" if seen.fits("cp1252") else "iso8859-1"
    else:
        names = ("cp1256", "cp1251", "cp1253", "cp1255", "cp1254", "gbk")
        samples = ", ".join(f"{name} «{_sample(cell.raw, name)}»" for name in names)
        raise SourceError("encoding.unclear", member=member, row=cell.row, samples=samples)
    # Nothing else reads as UTF-8 throughout, unless by one or two odd letters.
    code = "encoding.recognised" if seen.utf8 and seen.multibyte >= ENOUGH_LETTERS else "encoding.assumed"
    report.add(code, member, used=used, row=cell.row, sample=_sample(cell.raw, used))
    return Decoder(used)


class _Evidence:
    """What the text that is not ASCII looks like, gathered in one pass."""

    def __init__(self, cells: Iterable[Cell], declared: str | None) -> None:
        self.utf8 = True
        self.multibyte = 0
        self.bad_declared: Cell | None = None
        self.sample: list[Cell] = []
        for cell in cells:
            if len(self.sample) < ENOUGH_WORDS:
                self.sample.append(cell)
            if self.utf8:
                self.utf8 = _fits(cell, "utf-8")
                if self.multibyte < ENOUGH_LETTERS:
                    self.multibyte += sum(byte >= 0xC0 for byte in cell.raw)
            if declared and self.bad_declared is None and not _fits(cell, declared):
                self.bad_declared = cell

    def words(self) -> Iterator[bytes]:
        return (word for cell in self.sample for word in _HIGH_WORD.findall(cell.raw))

    def is_persian(self) -> bool:
        """Most words with high bytes are whole Persian words in cp1256, made of its common letters."""
        whole = letters = common = total = 0
        for word in self.words():
            total += 1
            text = word.decode("cp1256")
            if len(text) >= 2 and _PERSIAN_WORD.fullmatch(text):
                whole += 1
                letters += len(text)
                common += sum(letter in _COMMON for letter in text)
        return total > 0 and whole >= 0.8 * total and common >= 0.55 * letters

    def is_latin(self) -> bool:
        """High bytes are letters with accents strewn among plain ones (or alone), as in Western languages."""
        words = list(self.words())
        high = sum(sum(byte >= 0x80 for byte in word) for word in words)
        western = sum(sum(byte in _WESTERN for byte in word) for word in words)
        long_runs = sum(bool(re.search(rb"[\x80-\xff]{4,}", word)) for word in words)
        return long_runs * 4 <= len(words) and western * 2 >= high

    def fits(self, name: str) -> bool:
        return all(_fits(cell, name) for cell in self.sample)

    def best(self) -> Cell:
        """A telling example: the cell with the most high bytes among the first ones."""
        return max(self.sample[:50], key=lambda cell: sum(byte >= 0x80 for byte in cell.raw[:60]))


def _fits(cell: Cell, name: str) -> bool:
    try:
        cell.raw.decode(name)
    except UnicodeDecodeError as error:
        return cell.full and _without_cut_letter(cell.raw, name, error) is not None
    return True


def _without_cut_letter(raw: bytes, name: str, error: UnicodeDecodeError) -> str | None:
    """The text without the letter that a full field cut in two at its end, or None if that is not what is wrong."""
    if name != "utf-8" or error.reason != "unexpected end of data" or len(raw) - error.start > 3:
        return None
    return raw[: error.start].decode(name)


def _sample(raw: bytes, name: str) -> str:
    text = raw.decode(name, "replace")
    return " ".join("".join(c if c.isprintable() or c == "\u200c" else " " for c in text).split())[:40]
