"""What signs a person in. Kept apart from the person, who outlives their account on the cards they wrote."""

from __future__ import annotations

from datetime import datetime, time
from enum import StrEnum

from flask_login import UserMixin
from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from boards.database import Base, Moment, now
from boards.models import Person


class TokenScope(StrEnum):
    """What a program with a token may do in its person's name."""

    READ = "read"
    WRITE = "write"


class Purpose(StrEnum):
    """What a one-time link is good for."""

    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 - a name, not a secret


class Account(Base):
    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    last_seen_at: Mapped[datetime | None] = mapped_column(Moment)
    # How this person wants the pages; None: French, the machine’s theme, the roomier density.
    language: Mapped[str | None] = mapped_column(String(8))
    theme: Mapped[str | None] = mapped_column(String(20))
    density: Mapped[str | None] = mapped_column(String(20))
    welcomed_at: Mapped[datetime | None] = mapped_column(Moment)  # since then the tour is no longer offered by itself

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class SignIn(Base, UserMixin):
    """One signed-in browser: what Flask-Login calls the user. Ending it signs that browser out, wherever its cookie is."""

    __tablename__ = "sign_ins"
    __allow_unmapped__ = True  # for `token` below, which is no column

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    address: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    last_seen_at: Mapped[datetime | None] = mapped_column(Moment)
    # The OpenID Connect provider's ID token, needed to sign out there too.
    id_token: Mapped[str | None] = mapped_column(Text)

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)

    # The token itself, known only while its cookie is being read or made.
    token: str | None = None

    def get_id(self) -> str:
        if self.token is None:
            raise ValueError("only a sign-in found by its token can be put in a cookie")
        return self.token

    @property
    def person(self) -> Person:
        return self.account.person


class ApiToken(Base):
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
    """A link handed to one person, good once: to accept an invitation, to choose a new password. Only its hash is kept."""

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
    """How an outside directory knows an account: an issuer and its own lasting name for the person (`sub`, or an LDAP entry's id)."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class Digest(StrEnum):
    """How often somebody is sent what is new to them."""

    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"


class Preferences(Base):
    """How a person wants to be alerted; without a row: as these defaults say."""

    __tablename__ = "preferences"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    flash_sound: Mapped[bool] = mapped_column(default=False)
    flash_desktop: Mapped[bool] = mapped_column(default=False)
    # Between these hours of the town's clocks a flash makes no sound and no notification; from after until: over midnight.
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    digest: Mapped[Digest] = mapped_column(String(10), default=Digest.NEVER)
    digest_hour: Mapped[int] = mapped_column(default=8)
    digest_weekday: Mapped[int] = mapped_column(default=0)  # Monday
    digest_due_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    digest_told_at: Mapped[datetime | None] = mapped_column(
        Moment
    )  # news up to then were in a mail, or there was nothing to send
    digest_tries: Mapped[int] = mapped_column(default=0)  # in a row that did not leave
    reminders: Mapped[bool] = mapped_column(default=True)  # by mail, where a reading is asked


class Bearer(UserMixin):
    """A program acting as a person, for one request."""

    def __init__(self, token: ApiToken) -> None:
        self.id = f"token-{token.id}"
        self.token = token
        self.account = token.account
        self.person = token.account.person
