"""A case's documents, each in versions that never change, and the redacted copies of versions."""

import datetime as dt

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.documents.models import DocumentFile
from core.models import Base, Word
from core.visibility import Visibility

OTHER = "other"
"""The kind of a document that the type of permit does not ask for."""


class PermitDocument(Base):
    """One paper of a case. ``kind`` is one of its type's list, or ``other``. Once withdrawn it no longer counts.

    ``let_go_at``: when its bytes were given up, after the period that such documents are kept for.
    """

    __tablename__ = "permit_document"
    __table_args__ = (
        Index("permit_document_permit_id_idx", "permit_id"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name="withdrawn"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    permit_id: Mapped[int] = mapped_column(ForeignKey("permit.id"))
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    visibility: Mapped[Visibility] = mapped_column(Word(Visibility), server_default=Visibility.PARTIES.value)
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_by: Mapped[int | None] = mapped_column(BigInteger)
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)
    let_go_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(server_default="1")

    versions: Mapped[list["DocumentVersion"]] = relationship(
        back_populates="document", order_by="DocumentVersion.number"
    )


class DocumentVersion(Base):
    """What was brought, the ``number``-th time, after ``previous_id``. Only its name is ever changed: to none."""

    __tablename__ = "permit_document_version"
    __table_args__ = (
        UniqueConstraint("document_id", "number", name="permit_document_version_document_id_number_key"),
        Index("permit_document_version_sha256_idx", "sha256"),
        CheckConstraint("(number = 1) = (previous_id IS NULL)", name="previous"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("permit_document.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("permit_document_version.id"), unique=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("document_file.sha256"))
    name: Mapped[str] = mapped_column(Text)
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    document: Mapped[PermitDocument] = relationship(back_populates="versions")
    file: Mapped[DocumentFile] = relationship(lazy="joined")
    copies: Mapped[list["RedactedCopy"]] = relationship(back_populates="of", order_by="RedactedCopy.id")

    @property
    def redacted(self) -> "RedactedCopy | None":
        """The copy that the public is shown: the last one made."""
        return self.copies[-1] if self.copies else None


class RedactedCopy(Base):
    """A copy of a version without what the public may not read: what hides and why is the staff's to know."""

    __tablename__ = "permit_document_redacted"
    __table_args__ = (
        Index("permit_document_redacted_version_id_idx", "version_id"),
        Index("permit_document_redacted_sha256_idx", "sha256"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("permit_document_version.id"))
    sha256: Mapped[str] = mapped_column(ForeignKey("document_file.sha256"))
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    of: Mapped[DocumentVersion] = relationship(back_populates="copies")
    file: Mapped[DocumentFile] = relationship(lazy="joined")
