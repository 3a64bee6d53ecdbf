"""Files as people send them, made here: whole ones of each kind, and what nobody should send."""

import io
import struct
import zipfile
import zlib

from PIL import Image
from weasyprint import HTML

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_GPS = 0x8825


def pdf(words: str = "Ground floor", pages: int = 1) -> bytes:
    """A PDF with words on each page."""
    sheet = "".join(f'<p style="page-break-after: always">{words}</p>' for _ in range(pages - 1))
    made: bytes = HTML(string=f"{sheet}<p>{words}</p>").write_pdf()
    return made


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48), colour: str = "teal") -> bytes:
    """A plain picture (PNG, JPEG, WEBP, GIF)."""
    into = io.BytesIO()
    Image.new("RGB", size, colour).save(into, kind)
    return into.getvalue()


def noise(size: tuple[int, int] = (600, 600)) -> bytes:
    """A picture that no packing makes smaller: some 360 kB."""
    into = io.BytesIO()
    Image.effect_noise(size, 90).save(into, "PNG")
    return into.getvalue()


def photo(size: tuple[int, int] = (80, 60)) -> bytes:
    """A photo held sideways, that tells where it was taken and by which camera."""
    image = Image.new("RGB", size, "teal")
    exif = image.getexif()
    exif[0x0110] = "SpyPhone 12"
    exif[0x0112] = 6  # to be turned by a quarter
    exif.get_ifd(_GPS)[2] = (35.0, 41.0, 21.0)
    exif.get_ifd(_GPS)[4] = (51.0, 23.0, 20.0)
    into = io.BytesIO()
    image.save(into, "JPEG", exif=exif, comment=b"taken by Laleh")
    return into.getvalue()


def dxf(layer: str = "WALLS") -> bytes:
    """A drawing of one line."""
    pairs = (
        "0 SECTION 2 HEADER 9 $ACADVER 1 AC1015 0 ENDSEC 0 SECTION 2 ENTITIES"
        f" 0 LINE 8 {layer} 10 0.0 20 0.0 11 5.0 21 0.0 0 ENDSEC 0 EOF"
    )
    return "\r\n".join(pairs.split(" ")).encode() + b"\r\n"


def dwg() -> bytes:
    """The beginning of a drawing of AutoCAD 2018."""
    return b"AC1032\x00\x00\x00\x00\x00\x00\x01" + bytes(2000)


def archive(name: str = "plan.txt", content: bytes = b"words") -> bytes:
    """A ZIP archive."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as made:
        made.writestr(name, content)
    return into.getvalue()


def bomb(width: int = 30000, height: int = 30000) -> bytes:
    """A PNG of a few kB that claims 900 million points."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    packed = zlib.compressobj(9)
    row = bytes(1 + width)
    rows = b"".join(packed.compress(row) for _ in range(200)) + packed.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
