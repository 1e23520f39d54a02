"""Define the tables of accounts, sign-ins, tokens, links, identities and preferences."""

from __future__ import annotations

from datetime import datetime, time
from enum import StrEnum

from flask_login import UserMixin
from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from boards.database import Base, Moment, now
from boards.models import Person


class TokenScope(StrEnum):
    """Access that an API token grants in its owner's name."""

    READ = "read"
    WRITE = "write"


class Purpose(StrEnum):
    """Action that a one-time link allows."""

    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 - a name, not a secret


class Account(Base):
    """Credentials of a person, who outlives them on the cards they wrote."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    last_seen_at: Mapped[datetime | None] = mapped_column(Moment)
    # None: French, the system's theme, comfortable density.
    language: Mapped[str | None] = mapped_column(String(8))
    theme: Mapped[str | None] = mapped_column(String(20))
    density: Mapped[str | None] = mapped_column(String(20))
    welcomed_at: Mapped[datetime | None] = mapped_column(Moment)  # the tour was seen or skipped

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class SignIn(Base, UserMixin):
    """One signed-in browser: the user of Flask-Login. Deleting the row signs the browser out."""

    __tablename__ = "sign_ins"
    __allow_unmapped__ = True  # for `token` below, not a column

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    address: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    last_seen_at: Mapped[datetime | None] = mapped_column(Moment)
    # The provider's ID token, needed to sign out there.
    id_token: Mapped[str | None] = mapped_column(Text)

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)

    # Known only while its cookie is being read or made.
    token: str | None = None

    def get_id(self) -> str:
        """Return the token that Flask-Login keeps in the session cookie."""
        if self.token is None:
            raise ValueError("only a sign-in found by its token can be put in a cookie")
        return self.token

    @property
    def person(self) -> Person:
        """Return the account's person."""
        return self.account.person


class ApiToken(Base):
    """An API token that acts as its owner; only its hash is stored."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    scope: Mapped[TokenScope] = mapped_column(String(10), default=TokenScope.WRITE)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class OneTimeLink(Base):
    """A single-use link of one person; only its hash is stored."""

    __tablename__ = "one_time_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[Purpose] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class Identity(Base):
    """An account's identity at an outside issuer: OpenID Connect `sub` or LDAP entry id."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class Digest(StrEnum):
    """Frequency of the digest of news."""

    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"


class Preferences(Base):
    """A person's alert and mail preferences; without a row, these defaults hold."""

    __tablename__ = "preferences"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    flash_sound: Mapped[bool] = mapped_column(default=False)
    flash_desktop: Mapped[bool] = mapped_column(default=False)
    # In the town's time zone; `from` after `until` spans midnight.
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    digest: Mapped[Digest] = mapped_column(String(10), default=Digest.NEVER)
    digest_hour: Mapped[int] = mapped_column(default=8)
    digest_weekday: Mapped[int] = mapped_column(default=0)  # Monday
    digest_due_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    digest_told_at: Mapped[datetime | None] = mapped_column(Moment)  # news up to then are mailed
    digest_tries: Mapped[int] = mapped_column(default=0)  # consecutive failures
    reminders: Mapped[bool] = mapped_column(default=True)  # mails on required readings


class Bearer(UserMixin):
    """The user of one request made with an API token."""

    def __init__(self, token: ApiToken) -> None:
        self.id = f"token-{token.id}"
        self.token = token
        self.account = token.account
        self.person = token.account.person
