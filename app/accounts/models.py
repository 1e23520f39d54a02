"""What signs a person in. Kept apart from the person, who outlives their account on the cards they wrote."""

from __future__ import annotations

from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from boards.database import Base, Moment, now
from boards.models import Person


class Account(Base):
    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class SignIn(Base, UserMixin):
    """One signed-in browser: what Flask-Login calls the user. Ending it signs that browser out, wherever its cookie is."""

    __tablename__ = "sign_ins"
    __allow_unmapped__ = True  # for `token` below, which is no column

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)

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
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class Bearer(UserMixin):
    """A program acting as a person, for one request."""

    def __init__(self, token: ApiToken) -> None:
        self.id = f"token-{token.id}"
        self.account = token.account
        self.person = token.account.person
