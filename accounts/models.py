"""People with an account, the roles they were granted and by whom, and their passkeys."""

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from flask_security import AsaList, RoleMixin, UserMixin, WebAuthnMixin
from flask_security.utils import _config_value as config_value
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    func,
    text,
)
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.permissions import STAFF, Permission, Role, permissions_of
from core.models import Base


def _asks_staff() -> bool:
    return bool(config_value("STAFF_SECOND_FACTOR"))  # type: ignore[no-untyped-call]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class HeldRole(RoleMixin):
    """A role as Flask-Security knows it: by its name."""

    name: str

    def get_permissions(self) -> set[str]:
        """The permissions of the one table."""
        return {permission.value for permission in permissions_of(frozenset({Role(self.name)}))}


class Person(Base, UserMixin):
    """One account. An erased one keeps its row, so that what it did stays told, but nothing that names the person.

    Column names that are not in our manner (``active``, ``fs_uniquifier``, ``tf_…``) are Flask-Security's.
    """

    __tablename__ = "person"
    __table_args__ = (
        Index("person_email_key", text("lower(email)"), unique=True),
        CheckConstraint("erased_at IS NULL OR NOT active", name="erased"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, server_default="")
    language: Mapped[str] = mapped_column(Text, server_default="fa")
    password: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean, server_default="true", default=True)
    fs_uniquifier: Mapped[str] = mapped_column(Text, unique=True, default=lambda: secrets.token_hex(32))
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    last_seen_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    erased_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    tf_primary_method: Mapped[str | None] = mapped_column(Text)
    tf_totp_secret: Mapped[str | None] = mapped_column(Text)
    tf_phone_number: Mapped[str | None] = mapped_column(Text)
    tf_last_counter: Mapped[int | None] = mapped_column(BigInteger)
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(Text, unique=True)  # type: ignore[assignment]
    version: Mapped[int] = mapped_column(server_default="1")

    grants: Mapped[list["Grant"]] = relationship(
        foreign_keys="Grant.person_id", back_populates="person", order_by="Grant.id"
    )
    webauthn: Mapped[list["Passkey"]] = relationship(  # type: ignore[assignment]
        back_populates="user", cascade="all, delete"
    )

    @property
    def in_record(self) -> str:
        """How the record names this person: by number, so that it can be kept when the person is forgotten."""
        return f"person:{self.id}"

    @property
    def held(self) -> frozenset[Role]:
        """The roles granted and not revoked."""
        return frozenset(Role(grant.role) for grant in self.grants if grant.revoked_at is None)

    @property  # type: ignore[override]
    def roles(self) -> list[HeldRole]:
        """The same for Flask-Security."""
        return [HeldRole(role.value) for role in sorted(self.held)]

    @roles.setter
    def roles(self, given: list[Any]) -> None:
        """Flask-Security sets an empty list on a new account; roles are only ever granted (``accounts.services``)."""
        if given:
            raise ValueError("roles are granted, with a reason, by accounts.services.grant")

    @property
    def permissions(self) -> frozenset[Permission]:
        """What this person may do; nothing when the account is disabled."""
        return permissions_of(self.held) if self.active else frozenset()

    def check_tf_required(
        self, tf_setup_methods: list[tuple[str, str]], tf_fresh: bool
    ) -> tuple[bool, list[tuple[str, str]]]:
        """Whether a second factor is asked for at sign-in: of everybody who has one, and of the staff (a setting)."""
        if self.is_staff and _asks_staff():
            return True, tf_setup_methods
        needed, methods = super().check_tf_required(tf_setup_methods, tf_fresh)
        return bool(needed), methods

    def check_tf_required_setup(self) -> bool:
        """Whether this person may not do without a second factor (Flask-Security's pages say so)."""
        return bool(self.is_staff and _asks_staff())

    @property
    def is_staff(self) -> bool:
        """Whether this person works for the city."""
        return bool(self.held & STAFF)


class Grant(Base):
    """A role that somebody was given, by whom and why, until somebody took it back. Rows are never deleted."""

    __tablename__ = "role_grant"
    __table_args__ = (
        Index("role_grant_held_key", "person_id", "role", unique=True, postgresql_where="revoked_at IS NULL"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(Text)
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    reason: Mapped[str] = mapped_column(Text)
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revoked_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_reason: Mapped[str | None] = mapped_column(Text)

    person: Mapped[Person] = relationship(foreign_keys=[person_id], back_populates="grants")


class Passkey(Base, WebAuthnMixin):
    """One passkey (WebAuthn credential) of a person. Column names are Flask-Security's."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int | None] = mapped_column(server_default="0")  # type: ignore[assignment]
    transports: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(Text)
    extensions: Mapped[str | None] = mapped_column(Text)
    create_datetime: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    lastuse_datetime: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), default=_now)
    name: Mapped[str] = mapped_column(Text)
    usage: Mapped[str] = mapped_column(Text)

    user: Mapped[Person] = relationship(back_populates="webauthn")

    def get_user_mapping(self) -> dict[str, Any]:
        """Whose it is, as Flask-Security looks people up."""
        return {"id": self.person_id}
