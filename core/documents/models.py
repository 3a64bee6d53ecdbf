"""What is known of the files people brought, one row for the same bytes however often they come."""

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from core.documents.kinds import DocumentKind
from core.models import Base


class DocumentFile(Base):
    """A file by the hash of its bytes. ``preview`` and ``clean`` name other bytes in the same store, made of it later.

    ``clean`` is the copy of a picture without what its camera wrote into it: the only one the public is shown.
    """

    __tablename__ = "document_file"
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("size_bytes > 0", name="size_bytes"),
    )

    sha256: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    pages: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    received_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    preview: Mapped[str | None] = mapped_column(Text)
    clean: Mapped[str | None] = mapped_column(Text)
    pictured_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    picture_error: Mapped[str | None] = mapped_column(Text)
    forgotten_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))

    @property
    def found(self) -> DocumentKind:
        """What it was found to be."""
        return DocumentKind(self.kind)
