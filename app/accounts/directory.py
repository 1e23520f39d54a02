"""Search and filter the people with an account."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from app.accounts.admin_actions import has_arrived
from app.accounts.models import Account
from app.web.params import parse_id
from boards.models import Person, Service

PEOPLE_PAGE_SIZE = 100


class AccountState(StrEnum):
    """Tell whether an account is active, invited or disabled."""

    ACTIVE = "active"
    INVITED = "invited"
    DISABLED = "disabled"


STATES = {
    AccountState.ACTIVE: _l("Actif"),
    AccountState.INVITED: _l("Invité, pas encore venu"),
    AccountState.DISABLED: _l("Désactivé"),
}


def state_of(account: Account) -> AccountState:
    """Return the state of an account."""
    if account.person.disabled_at is not None:
        return AccountState.DISABLED
    return AccountState.ACTIVE if has_arrived(account) else AccountState.INVITED


@dataclass(frozen=True)
class PeopleFilters:
    """Filters of the people page; empty fields filter nothing."""

    text: str = ""
    service: int | None = None
    role: str = ""
    state: str = ""

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, str]) -> PeopleFilters:
        """Parse the filters from query parameters."""
        return cls(
            text=arguments.get("q", "").strip()[:200],
            service=parse_id(arguments.get("service")),
            role=arguments.get("role", ""),
            state=arguments.get("state", ""),
        )

    def __bool__(self) -> bool:
        return bool(self.text or self.service or self.role or self.state)

    def matches(self, account: Account) -> bool:
        """Return True if the account passes all filters."""
        person = account.person
        words = plain_text_key(f"{person.name} {account.email}")
        return (
            all(word in words for word in plain_text_key(self.text).split())
            and (not self.service or any(service.id == self.service for service in person.services))
            and (not self.role or person.role == self.role)
            and (not self.state or state_of(account) == self.state)
        )


@dataclass(frozen=True)
class PeoplePage:
    """One page of results; `states` counts everybody by state."""

    accounts: list[Account]
    total: int
    found: int
    states: Counter[AccountState]
    page: int
    pages: int


def find_people(session: Session, asked: PeopleFilters, page: int = 1) -> PeoplePage:
    """Filter all accounts in Python, so that accents are ignored on every database."""
    everybody = everybody_by_name(session)
    found = [account for account in everybody if asked.matches(account)]
    pages = max(1, -(-len(found) // PEOPLE_PAGE_SIZE))
    page = min(max(page, 1), pages)
    return PeoplePage(
        accounts=found[(page - 1) * PEOPLE_PAGE_SIZE : page * PEOPLE_PAGE_SIZE],
        total=len(everybody),
        found=len(found),
        states=Counter(map(state_of, everybody)),
        page=page,
        pages=pages,
    )


def everybody_by_name(session: Session) -> list[Account]:
    """Load all accounts with their people and services, ordered by name."""
    query = (
        select(Account)
        .join(Account.person)
        .options(contains_eager(Account.person).options(selectinload(Person.services)))
    )
    return sorted(session.scalars(query), key=lambda account: (plain_text_key(account.person.name), account.email))


def services_by_name(session: Session, *conditions: ColumnElement[bool]) -> list[Service]:
    """Load services ordered by name without accents, the same on every database."""
    return sorted(session.scalars(select(Service).where(*conditions)), key=lambda service: plain_text_key(service.name))


def plain_text_key(text: str) -> str:
    """Return the text without accents or capitals, for comparisons."""
    text = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(character for character in text if not unicodedata.combining(character))
