"""What a file is, is found from its bytes: whole ones of each kind pass, everything else is told why it does not."""

from pathlib import Path

import pytest

from core.documents import pictures
from core.documents.kinds import DocumentKind, FileRefused, kind_of
from core.documents.names import disposition, safe_name
from core.documents.pictures import NotOpened
from tests import files

_HTML = b"<!doctype html><script>alert(1)</script>"
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def _garbled(png: bytes) -> bytes:
    """The same picture with points that are not those it was saved with."""
    at = png.index(b"IDAT") + 4
    return png[:at] + bytes(byte ^ 0xFF for byte in png[at : at + 8]) + png[at + 8 :]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (files.pdf(), DocumentKind.PDF),
        (files.picture("JPEG"), DocumentKind.JPEG),
        (files.photo(), DocumentKind.JPEG),
        (files.photo() + b"a moving picture behind it", DocumentKind.JPEG),
        (files.picture("PNG"), DocumentKind.PNG),
        (files.picture("WEBP"), DocumentKind.WEBP),
        (files.dxf(), DocumentKind.DXF),
        (b"999\r\nmade by hand\r\n" + files.dxf(), DocumentKind.DXF),
        (files.dxf().replace(b"\r\n", b"\n"), DocumentKind.DXF),
        (b"AutoCAD Binary DXF\r\n\x1a\x00" + bytes(50) + b"\x00EOF\x00", DocumentKind.DXF),
        (files.dwg(), DocumentKind.DWG),
        ("قطعه;مساحت\n2-15-34-8;۲۱۰\n".encode(), DocumentKind.TEXT),
        ("﻿نام,مساحت".encode(), DocumentKind.TEXT),
        ("نام,مساحت\r\nلاله,۱۲".replace("ی", "ي").encode("cp1256", "replace"), DocumentKind.TEXT),
    ],
)
def test_each_kind_is_found_from_its_bytes(content: bytes, kind: DocumentKind) -> None:
    assert kind_of(content) is kind


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (files.picture("GIF"), "no kind"),
        (files.picture("GIF") + files.archive(), "no kind"),
        (files.archive(), "no kind"),
        (_HTML, "no kind"),
        (b"\n  " + _HTML, "no kind"),
        (b"\xef\xbb\xbf" + _HTML, "no kind"),
        (_SVG, "no kind"),
        (b"<?xml version='1.0'?>" + _SVG, "no kind"),
        (b"MZ\x90\x00\x03\x00", "no kind"),
        (b"\x7fELF\x02\x01\x01\x00", "no kind"),
        (b"words\x00and a hidden rest", "no kind"),
        (_HTML + files.pdf(), "no kind"),  # a page first, a PDF for readers that look further
        (files.pdf()[:-200], "damaged"),
        (files.picture("PNG")[:-4], "damaged"),
        (files.picture("PNG") + b"hidden behind the end", "damaged"),
        (files.picture("PNG") + files.archive(), "damaged"),
        (files.picture("WEBP")[:-9], "damaged"),
        (files.dxf()[:-12], "damaged"),
        (files.dxf().replace(b"\r\n8\r\n", b"\r\n<script>\r\n"), "damaged"),
        (files.photo() + files.archive(), "archive"),
        (files.archive("plan.pdf", files.pdf()), "no kind"),
        (files.pdf()[:-6] + files.archive()[:-2] + b"\x06\x00%%EOF\n", "archive"),
    ],
)
def test_what_is_none_of_them_is_refused_with_the_reason(content: bytes, why: str) -> None:
    with pytest.raises(FileRefused, match=why) as caught:
        kind_of(content)
    assert (caught.value.status, caught.value.field) == (422, "file")


def test_real_files_are_told_apart(shared_data: Path) -> None:
    def found(path: Path) -> str:
        try:
            return kind_of(path.read_bytes())
        except FileRefused:
            return "refused"

    assert {found(path) for path in (shared_data / "nasty").rglob("*.zip")} == {"refused"}
    assert {found(path) for path in (shared_data / "nasty" / "csv").glob("*.csv")} == {"text"}


class TestOpened:
    def look(self, folder: Path, content: bytes) -> pictures.Look:
        path = folder / "brought"
        path.write_bytes(content)
        return pictures.inspect(path, kind_of(content))

    def test_what_opens_is_measured(self, tmp_path: Path) -> None:
        assert self.look(tmp_path, files.pdf(pages=3)).pages == 3
        look = self.look(tmp_path, files.photo((80, 60)))
        assert (look.width, look.height) == (80, 60)
        assert self.look(tmp_path, files.dxf()) == pictures.Look()

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (files.bomb(), "too_many_pixels"),
            (_garbled(files.picture("PNG")), "damaged"),
            (b"%PDF-1.7\nnothing\n%%EOF\n", "damaged"),
            (files.picture("JPEG")[:30] + b"\xff\xd9", "damaged"),
        ],
    )
    def test_what_does_not_open_is_refused(self, tmp_path: Path, content: bytes, why: str) -> None:
        with pytest.raises(NotOpened) as caught:
            self.look(tmp_path, content)
        assert caught.value.details["reason"] == why
        assert caught.value.status == 422

    def test_a_picture_of_something_else_is_not_opened_as_what_it_says(self, tmp_path: Path) -> None:
        path = tmp_path / "brought"
        path.write_bytes(files.picture("GIF"))
        with pytest.raises(NotOpened):
            pictures.inspect(path, DocumentKind.PNG)


@pytest.mark.parametrize(
    ("given", "kind", "kept"),
    [
        ("نقشهٔ طبقهٔ اول.pdf", DocumentKind.PDF, "نقشهٔ طبقهٔ اول.pdf"),
        ("نقشه‌ها.PDF", DocumentKind.PDF, "نقشه‌ها.pdf"),
        ("../../etc/passwd", DocumentKind.TEXT, "passwd.txt"),
        ("C:\\Users\\laleh\\plan.jpeg", DocumentKind.JPEG, "plan.jpeg"),
        ("plan\u202egpj.exe", DocumentKind.PNG, "plangpj.exe.png"),
        ("a\x00b\r\nSet-Cookie: x.pdf", DocumentKind.PDF, "abSet-Cookie x.pdf"),
        ("plan.html", DocumentKind.PDF, "plan.html.pdf"),
        ("", DocumentKind.PNG, "document.png"),
        ("...", DocumentKind.PNG, "document.png"),
        (".pdf", DocumentKind.PDF, "document.pdf"),
        ("\u200c\u200c.csv", DocumentKind.TEXT, "document.csv"),
        ("x" * 500 + ".png", DocumentKind.PNG, "x" * 120 + ".png"),
        ('"<b>".dxf', DocumentKind.DXF, "b.dxf"),
    ],
)
def test_names_are_made_safe(given: str, kind: DocumentKind, kept: str) -> None:
    assert safe_name(given, kind) == kept
    assert safe_name(kept, kind) == kept


def test_a_name_is_told_to_every_browser() -> None:
    assert (
        disposition("نقشه.pdf", inline=True)
        == "inline; filename=\"____.pdf\"; filename*=UTF-8''%D9%86%D9%82%D8%B4%D9%87.pdf"
    )
    told = disposition('a";b%\r\nX: y.txt', inline=False)
    assert told.startswith('attachment; filename="a_;b___X: y.txt"')
    assert "\r" not in told
