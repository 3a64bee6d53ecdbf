"""Reads certificates back as people and programs would: with another program's eyes."""

import io
import json
import re
import subprocess
import unicodedata
from typing import Any

import pypdf
import zxingcpp
from PIL import Image
from sqlalchemy import text
from sqlalchemy.orm import Session

# What a PDF reader puts around words to tell their direction, and half-spaces, which have no shape to be found by.
_UNSEEN = re.compile("[\u200c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def read(pdf: bytes) -> str:
    """The words of a PDF in the order of reading, by poppler; white space single, half-spaces gone."""
    done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return seen(done.stdout.decode())


def seen(words: str) -> str:
    """Words as they can be found in a PDF: readers put a mark above a letter before it or behind it."""
    letters = "".join(
        each for each in unicodedata.normalize("NFD", words) if unicodedata.category(each) != "Mn"
    )
    return re.sub(r"\s+", " ", _UNSEEN.sub("", unicodedata.normalize("NFC", letters)))


def pieces(sentence: str) -> list[str]:
    """The phrases and the numbers of a sentence: where they meet, readers of Persian disagree about the order."""
    return [each.strip() for each in re.findall(r"[^\W\d]+(?: [^\W\d]+)*|\d[\d٬٫]*", seen(sentence))]


def read_by_pypdf(pdf: bytes) -> str:
    """The words of all pages by pypdf, which takes Persian digits for letters and turns their numbers around."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return seen(" ".join(page.extract_text() for page in pages))


def read_qr(pdf: bytes) -> list[str]:
    """What the QR codes on the first page say, from a picture of it as a phone would take."""
    done = subprocess.run(
        ["pdftoppm", "-r", "110", "-f", "1", "-l", "1", "-png"], input=pdf, capture_output=True, check=True
    )
    return [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(done.stdout)))]


def data_of(pdf: bytes) -> Any:
    """The file that the PDF brings along for programs."""
    (content,) = pypdf.PdfReader(io.BytesIO(pdf)).attachments["certificate.json"]
    return json.loads(content)


def amend(session: Session, key: str, code: str, day: str) -> int:
    """Decide that a zone has another class from a day on; returns the version that this brings into force."""
    # What the small city was built with has been known for longer than this decision.
    session.execute(_KNOWN_BEFORE)
    return int(session.execute(_AMEND, {"key": key, "code": code, "day": day}).scalar_one())


_KNOWN_BEFORE = text("""
    UPDATE zone SET recorded = tstzrange(now() - interval '1 day', NULL)
    WHERE upper_inf(recorded) AND lower(recorded) = now()
""")
_AMEND = text("""
    WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at),
    old AS (
        UPDATE zone SET recorded = tstzrange(lower(recorded), (SELECT at FROM moment))
        WHERE zone_key = :key AND upper_inf(recorded) AND valid @> CAST(:day AS date)
        RETURNING *
    ),
    kept AS (
        INSERT INTO zone (zone_key, class_id, geom, valid, recorded)
        SELECT zone_key, class_id, geom, daterange(lower(valid), CAST(:day AS date)), tstzrange(at, NULL)
        FROM old, moment WHERE lower(valid) IS DISTINCT FROM CAST(:day AS date)
    )
    INSERT INTO zone (zone_key, class_id, geom, valid, recorded)
    SELECT zone_key, zone_class.id, geom, daterange(CAST(:day AS date), upper(valid)), tstzrange(at, NULL)
    FROM old, moment, zone_class WHERE code = :code
    RETURNING id
""")
