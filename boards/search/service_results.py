"""Search the sheets of services: contact and opening hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from boards.models import Service
from boards.search.analyzer import index_terms
from boards.search.query_parser import TermQuery, Text

# Words by which people search for these parts of a sheet.
_CONTACT = "contact téléphone numéro appeler joindre adresse mail courriel"
_HOURS = "horaires heures ouverture ouvert fermé fermeture"


@dataclass(frozen=True)
class ServiceResult:
    """A service that was found, with its score."""

    service: Service
    score: float


def find_sheets(session: Session, asked: Sequence[TermQuery], most: int = 2) -> list[ServiceResult]:
    """Return the services that the query names and whose sheet answers every word, best first."""
    if not asked:
        return []
    services = session.scalars(
        select(Service).where(Service.archived_at.is_(None), (Service.hours != "") | (Service.contact != ""))
    )
    sheets = [ServiceResult(service, _score(service, asked)) for service in services]
    return sorted((sheet for sheet in sheets if sheet.score), key=lambda sheet: (-sheet.score, sheet.service.name))[
        :most
    ]


def _score(service: Service, asked: Sequence[TermQuery]) -> float:
    name = _text(f"{service.name} {service.slug}")
    contact = f"{_CONTACT} {service.contact}" if service.contact else ""
    rest = _text(f"{contact} {f'{_HOURS} {service.hours}' if service.hours else ''} {service.description}")
    named = [word.likeness(name) for word in asked]
    answered = all(likeness or word.likeness(rest) for likeness, word in zip(named, asked, strict=True))
    return max(named) + sum(named) / len(asked) if answered and any(named) else 0.0


@lru_cache(maxsize=1000)
def _text(words: str) -> Text:
    return Text.of(index_terms(words))
