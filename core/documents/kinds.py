"""What a file is, found from its bytes and never from its name: a closed list, everything else refused.

Each kind is told by its first bytes and by its build from end to end; pictures and PDFs are then opened by a program
of its own (``core.documents.child``). A file that is two things at once (a picture that is an archive as well) is
refused: what one program looks at, another would run.
"""

import io
import re
import zipfile
from enum import StrEnum
from itertools import islice

from babel.support import LazyProxy

from core.errors import Unprocessable
from core.i18n import gettext as _
from core.i18n import lazy_gettext


class DocumentKind(StrEnum):
    """What people may bring."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    DXF = "dxf"
    DWG = "dwg"
    TEXT = "text"

    @property
    def media_type(self) -> str:
        """What browsers and programs are told it is."""
        return _MEDIA_TYPES[self]

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The endings its name may have; the first is given to one that has none of them."""
        return _SUFFIXES[self]

    @property
    def is_picture(self) -> bool:
        """Whether it is a photo or another picture made of points."""
        return self in (DocumentKind.JPEG, DocumentKind.PNG, DocumentKind.WEBP)

    @property
    def is_shown(self) -> bool:
        """Whether browsers may show it in their own window; all else is only ever saved."""
        return self.is_picture or self is DocumentKind.PDF


class FileRefused(Unprocessable):
    """The file is none that the city takes; the message says what to do."""

    code = "file_refused"


KIND_NAMES: dict[DocumentKind, LazyProxy] = {
    DocumentKind.PDF: lazy_gettext("PDF"),
    DocumentKind.JPEG: lazy_gettext("Photo (JPEG)"),
    DocumentKind.PNG: lazy_gettext("Picture (PNG)"),
    DocumentKind.WEBP: lazy_gettext("Picture (WebP)"),
    DocumentKind.DXF: lazy_gettext("Drawing (DXF)"),
    DocumentKind.DWG: lazy_gettext("Drawing (DWG)"),
    DocumentKind.TEXT: lazy_gettext("Plain text or CSV"),
}
_MEDIA_TYPES = {
    DocumentKind.PDF: "application/pdf",
    DocumentKind.JPEG: "image/jpeg",
    DocumentKind.PNG: "image/png",
    DocumentKind.WEBP: "image/webp",
    DocumentKind.DXF: "image/vnd.dxf",
    DocumentKind.DWG: "image/vnd.dwg",
    DocumentKind.TEXT: "text/plain",
}
_SUFFIXES = {
    DocumentKind.PDF: (".pdf",),
    DocumentKind.JPEG: (".jpg", ".jpeg"),
    DocumentKind.PNG: (".png",),
    DocumentKind.WEBP: (".webp",),
    DocumentKind.DXF: (".dxf",),
    DocumentKind.DWG: (".dwg",),
    DocumentKind.TEXT: (".txt", ".csv"),
}
_TAIL = 2048
_PNG = b"\x89PNG\r\n\x1a\n"
_DXF_BINARY = b"AutoCAD Binary DXF\r\n\x1a\x00"
# The versions of AutoCAD from R13 to 2018; what follows is known to AutoDesk alone.
_DWG = re.compile(rb"AC10(12|14|15|18|21|24|27|32)\x00")
_MARKUP = re.compile(rb"\s*<(!|\?|[a-z])", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_ENCODINGS = ("utf-8-sig", "cp1256")


def kind_of(content: bytes) -> DocumentKind:
    """What these bytes are. Raises FileRefused for what is of no kind, empty, cut short, or two things at once."""
    if not content:
        raise FileRefused(_("The file is empty."), field="file")
    kind = _find_kind(content)
    if kind is None:
        raise FileRefused(
            _(
                "This file is of no kind that can be taken in. Please send a PDF, a photo or picture"
                " (JPEG, PNG, WebP), a drawing (DXF, DWG), or plain text."
            ),
            field="file",
        )
    if not _WHOLE[kind](content):
        raise FileRefused(
            _("This file is damaged or was cut short. Please save it anew and send it again."), field="file"
        )
    if _is_archive_too(content):
        raise FileRefused(
            _("This file is an archive as well. Please send what is in it, one file each."), field="file"
        )
    return kind


def _find_kind(content: bytes) -> DocumentKind | None:
    if content.startswith(b"%PDF-"):
        return DocumentKind.PDF
    if content.startswith(b"\xff\xd8\xff"):
        return DocumentKind.JPEG
    if content.startswith(_PNG):
        return DocumentKind.PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return DocumentKind.WEBP
    if content.startswith(_DXF_BINARY) or _begins_dxf(content):
        return DocumentKind.DXF
    if _DWG.match(content):
        return DocumentKind.DWG
    return DocumentKind.TEXT if _is_text(content) else None


def _is_whole_jpeg(content: bytes) -> bool:
    # Phones put a moving picture behind the end of the still one: the end is somewhere, not at the end.
    return b"\xff\xd9" in content


def _is_whole_png(content: bytes) -> bool:
    """Chunks one after the other up to the last one, and nothing behind it."""
    at = len(_PNG)
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        is_last = content[at + 4 : at + 8] == b"IEND"
        at += 12 + length
        if is_last:
            return at == len(content)
    return False


def _is_whole_webp(content: bytes) -> bool:
    return len(content) - 8 in (size := int.from_bytes(content[4:8], "little"), size + 1)


def _is_whole_pdf(content: bytes) -> bool:
    return b"%%EOF" in content[-_TAIL:]


def _begins_dxf(content: bytes) -> bool:
    lines = [line.strip() for line in content[:_TAIL].splitlines()]
    pairs = list(zip(lines[::2], lines[1::2], strict=False))
    told = [pair for pair in pairs if pair[0] != b"999"]  # comments may come first
    return bool(told) and told[0] == (b"0", b"SECTION")


def _is_whole_dxf(content: bytes) -> bool:
    """Lines in pairs, the first of each a number, sections within, and the end at the end."""
    if content.startswith(_DXF_BINARY):
        return b"EOF\x00" in content[-_TAIL:]
    lines = content.strip(b"\r\n").splitlines()
    if len(lines) % 2 or (lines[-2].strip(), lines[-1].strip()) != (b"0", b"EOF"):
        return False
    return b"\0" not in content and all(_is_group_code(line) for line in islice(lines, 0, None, 2))


def _is_group_code(line: bytes) -> bool:
    return line.strip().removeprefix(b"-").isdigit()


def _is_text(content: bytes) -> bool:
    """Words in UTF-8 or Windows' Persian letters, which are no page of markup that a browser would run."""
    if _MARKUP.match(content.removeprefix(b"\xef\xbb\xbf")):
        return False
    for encoding in _ENCODINGS:
        try:
            return not _CONTROLS.search(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    return False


def _is_archive_too(content: bytes) -> bool:
    """Whether programs that look for an archive at a file's end would find one."""
    try:
        return bool(zipfile.ZipFile(io.BytesIO(content)).infolist())
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        return False


def _anything(_content: bytes) -> bool:
    return True


_WHOLE = {
    DocumentKind.PDF: _is_whole_pdf,
    DocumentKind.JPEG: _is_whole_jpeg,
    DocumentKind.PNG: _is_whole_png,
    DocumentKind.WEBP: _is_whole_webp,
    DocumentKind.DXF: _is_whole_dxf,
    DocumentKind.DWG: _anything,
    DocumentKind.TEXT: _anything,
}
