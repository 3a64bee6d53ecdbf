"""Text: read as declared, recognised where nothing is declared, asked about where it cannot be known."""

from pathlib import Path

import pytest

from core.geofiles import SourceError
from core.geofiles.encoding import codec_name
from tests.unit.geofiles.make import POINTS, Read, read, set_ldid, shapefile, zipped

PERSIAN = ["خیابان شریعتی", "ميدان آزادي", "کوچه لاله", "شهرك غرب"]
ARABIC_KEYS = ["خيابان شريعتي", "ميدان آزادي", "كوچه لاله", "شهرك غرب"]
FRENCH = ["Rue de l’Évêché", "Café", "plain", "garçon"]
RUSSIAN = ["Московская улица", "Невский проспект", "Садовая", "Площадь"]


def layer(
    values: list[str], codec: str, declared: str | None = None, ldid: int | None = None
) -> dict[str, bytes]:
    """Points whose names are written in a codec and declared as told."""
    parts = shapefile(POINTS, {"name": ["x" * 60] * len(values)})
    dbf = bytearray(parts["dbf"])
    width = dbf[32 + 16]
    raw = [value.encode(codec).ljust(width) for value in values]
    header = int.from_bytes(dbf[8:10], "little")
    for row, text in enumerate(raw):
        at = header + row * (width + 1) + 1
        dbf[at : at + width] = text
    parts = set_ldid({**parts, "dbf": bytes(dbf)}, ldid or 0)
    if declared is not None:
        parts["cpg"] = declared.encode()
    return parts


def refused(path: Path, **options: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(path, encoding=options.get("encoding"))
    assert caught.value.option == "encoding"
    return caught.value


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("UTF-8", "utf-8"), ("utf8", "utf-8"), ("65001", "utf-8"), ("1256", "cp1256"), ("ANSI 1256", "cp1256"),
        ("cp1256", "cp1256"), ("Windows-1256", "cp1256"), ("windows 1256", "cp1256"), ("CP-1252", "cp1252"),
        ("88591", "iso8859-1"), ("ISO 88591", "iso8859-1"), ("ISO-8859-1", "iso8859-1"), ("ISO8859-6", "iso8859-6"),
        ("8859_9", "iso8859-9"), ("OEM 720", "cp720"), ("720", "cp720"), ("latin1", "iso8859-1"), ("GBK", "gbk"),
        ("\x00\x05\x16\x07", None), ("klingon", None), ("", None), ("rot13", None), ("zip", None), ("99999", None),
    ],
)  # fmt: skip
def test_names_of_encodings(said: str, name: str | None) -> None:
    assert codec_name(said) == name


@pytest.mark.parametrize(
    ("values", "codec", "declared", "ldid"),
    [
        (PERSIAN, "utf-8", "UTF-8", None),
        (PERSIAN, "utf-8", "utf8\r\n", None),
        (ARABIC_KEYS, "cp1256", "1256", None),
        (ARABIC_KEYS, "cp1256", "ANSI 1256", None),
        (ARABIC_KEYS, "cp1256", None, 0x7E),
        (ARABIC_KEYS[:2] * 2, "cp720", "720", None),
        (FRENCH, "cp1252", "1252", None),
        (FRENCH, "cp1252", None, 0x58),
        (RUSSIAN, "cp866", None, 0x65),
        (RUSSIAN, "cp1251", None, 0xC9),
        (["plain", "text", "", "only"], "ascii", None, None),
    ],
)
def test_declared(
    tmp_path: Path, values: list[str], codec: str, declared: str | None, ldid: int | None
) -> None:
    made = read(zipped(tmp_path / "a.zip", layer(values, codec, declared, ldid)))
    assert made.columns["name"] == [value or None for value in values]
    assert made.report.tallies == {}


@pytest.mark.parametrize("ldid", [0, 0x57])
@pytest.mark.parametrize(
    ("values", "codec", "code"),
    [
        (PERSIAN, "utf-8", "encoding.recognised"),
        (ARABIC_KEYS, "cp1256", "encoding.assumed"),
        (FRENCH, "cp1252", "encoding.assumed"),
        (["äöü", "x", "y", "z"], "cp1252", "encoding.assumed"),
        (["5 m² – 30°", "“quoted”", "a", "b"], "cp1252", "encoding.assumed"),
    ],
)
def test_recognised_and_said(tmp_path: Path, values: list[str], codec: str, code: str, ldid: int) -> None:
    made = read(zipped(tmp_path / "a.zip", layer(values, codec, None, ldid)))
    assert made.columns["name"] == values
    assert made.report.count(code) == 1
    sample = made.report.tallies[code].examples[0].params["sample"]
    assert any(str(sample).startswith(value[:20]) for value in values)


def test_unknown_declaration_is_said(tmp_path: Path) -> None:
    made = read(zipped(tmp_path / "a.zip", layer(ARABIC_KEYS, "cp1256", "klingon")))
    assert made.columns["name"] == ARABIC_KEYS
    assert set(made.report.tallies) == {"encoding.unknown_declared", "encoding.assumed"}
    made = read(zipped(tmp_path / "b.zip", layer(ARABIC_KEYS, "cp1256", "klingon", 0x7E)))
    assert set(made.report.tallies) == {"encoding.unknown_declared"}


def test_declared_utf8_but_is_not(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", layer(ARABIC_KEYS, "cp1256", "UTF-8"))
    error = refused(path)
    assert error.code == "encoding.wrong"
    assert "cp1256" in error.message
    assert ARABIC_KEYS[0] in error.message
    assert read(path, encoding="cp1256").columns["name"] == ARABIC_KEYS


def test_declared_latin_but_is_persian(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", layer(ARABIC_KEYS, "cp1256", "88591"))
    assert refused(path).code == "encoding.contradicts"


def test_declared_one_byte_but_is_utf8(tmp_path: Path) -> None:
    made = read(zipped(tmp_path / "a.zip", layer(PERSIAN, "utf-8", "1256")))
    assert made.columns["name"] == PERSIAN
    assert made.report.count("encoding.is_utf8") == 1


def test_what_cannot_be_known_is_asked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", layer(RUSSIAN, "cp1251"))
    error = refused(path)
    assert error.code == "encoding.unclear"
    assert RUSSIAN[0] in error.message
    assert read(path, encoding="windows-1251").columns["name"] == RUSSIAN


def test_asked_for_but_does_not_fit(tmp_path: Path) -> None:
    made = read(zipped(tmp_path / "a.zip", layer([*PERSIAN[:3], "x"], "utf-8")), encoding="ascii")
    assert made.report.count("encoding.replaced") == 3
    assert "�" in made.columns["name"][0]
    assert made.columns["name"][3] == "x"


def test_no_such_encoding(tmp_path: Path) -> None:
    assert (
        refused(zipped(tmp_path / "a.zip", layer(FRENCH, "cp1252")), encoding="klingon").code
        == "encoding.no_such"
    )


def test_a_field_that_ends_within_a_letter(tmp_path: Path) -> None:
    parts = layer(["x", "q" * 60, "y", "z"], "utf-8", "UTF-8")
    width = parts["dbf"][32 + 16]
    full = "خ" * (width // 2)
    cut = parts["dbf"].replace((b"q" * 60).ljust(width), (b"a" + full.encode())[:width])
    made: Read = read(zipped(tmp_path / "a.zip", {**parts, "dbf": cut}))
    assert made.columns["name"][1] == "a" + full[:-1]
    assert [one.feature for one in made.report.tallies["encoding.cut"].examples] == [1]
    assert made.report.repaired == 1


@pytest.mark.parametrize("codec", ["utf-8", "cp1256"])
def test_persian_column_names(tmp_path: Path, codec: str) -> None:
    parts = shapefile(POINTS, {"xxxxxxxxxx": ["a", "b", "c", "d"]})
    name = "کاربر" if codec == "utf-8" else "كاربري"
    dbf = parts["dbf"].replace(b"xxxxxxxxxx", name.encode(codec).ljust(10, b"\0"))
    made = read(zipped(tmp_path / "a.zip", {**parts, "dbf": dbf, "cpg": codec.encode()}))
    assert made.columns == {name: ["a", "b", "c", "d"]}
