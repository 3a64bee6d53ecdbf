"""The papers of the demo city's permits: one page of PDF that says in plain words what it stands for."""


def sheet(title: str) -> bytes:
    """A PDF of one A4 page with a title (in Latin letters) and the word that it is of the demo city."""
    lines = f"BT /F1 20 Tf 72 740 Td ({_plain(title)}) Tj 0 -30 Td /F1 12 Tf (Demo city of Shahrnama) Tj ET"
    frame = "72 96 451 600 re S 72 396 451 0 re S 297 96 0 600 re S"
    content = f"{frame} {lines}".encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    return _file(objects)


def _plain(text: str) -> str:
    """A text as a PDF string holds it."""
    return "".join(sign for sign in text if sign.isascii() and sign not in "()\\")


def _file(objects: list[bytes]) -> bytes:
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    )
