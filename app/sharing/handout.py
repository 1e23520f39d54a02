"""Build the French sheet of a card, shared by paper, PDF, mail and public page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.town.models import Town
from app.town.town import TOWN_ID, town_name
from app.web.dates import full_day
from app.web.languages import FRENCH
from app.web.smtp import public_address, public_link
from boards.clock import day_of
from boards.models import Card, Column, Service
from boards.sharing import PublicLink, shared_html
from boards.text.blocks import as_text


class Paper(StrEnum):
    """Sizes of a sheet."""

    A5 = "a5"
    A4 = "a4"


@dataclass(frozen=True)
class Desk:
    """Contact of the town hall or a service; multi-line texts, possibly empty."""

    name: str
    address: str = ""
    contact: str = ""
    hours: str = ""

    def __bool__(self) -> bool:
        return bool(self.address or self.contact or self.hours)


@dataclass(frozen=True)
class HandoutSheet:
    """A card as handed out; `check_address` is that of its public page, if any."""

    title: str
    html: str
    holds: str
    updated_in_words: str
    town: Desk
    service: Desk
    address: str | None = None

    @property
    def text(self) -> str:
        """Return the plain text, to be copied or mailed."""
        return "\n\n".join(part for part in (self.title, as_text(self.html), self.holds) if part)


def sheet_of(session: Session, card: Card, column: Column, link: PublicLink | None) -> HandoutSheet:
    """Build the sheet of a card, with the address of its public page."""
    with force_locale(FRENCH):
        return HandoutSheet(
            title=card.title,
            html=shared_html(card, public_address(current_app.config["SETTINGS"])),
            holds=_holds(card),
            updated_in_words=full_day(day_of(card.confirmed_at)),
            town=town_desk(session),
            service=_service_desk(session, column),
            address=public_link("public.show_page", token=link.token) if link else None,
        )


def town_desk(session: Session) -> Desk:
    """Return the town hall's contact."""
    town = session.get(Town, TOWN_ID)
    return Desk(town_name(), town.address, town.contact, town.hours) if town else Desk(town_name())


def _holds(card: Card) -> str:
    """Return « Valable jusqu’au 12 mai 2031 », or the date of the information."""
    if card.valid_until is not None:
        return str(_("Valable jusqu’au %(day)s", day=full_day(card.valid_until)))
    return str(_("Information du %(day)s", day=full_day(day_of(card.confirmed_at))))


def _service_desk(session: Session, column: Column) -> Desk:
    service = session.get(Service, column.service_id) if column.service_id else None
    if service is None or service.archived_at is not None:
        return Desk("")
    return Desk(service.name, contact=service.contact, hours=service.hours)
