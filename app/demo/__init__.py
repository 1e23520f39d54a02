"""Create the demo town « Ville de Val-Rive » on first start."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.passwords import hash_password
from app.demo.dates import fill_dates
from app.demo.steps import Steps
from app.town.town import name_town
from boards.board_templates import save_template, template_of
from boards.commands.import_columns import ImportColumns
from boards.commands.import_data import IncomingCard, IncomingColumn, Tally
from boards.database import now, read_session, write_transaction
from boards.directory import create_board, create_person, create_service
from boards.freshness import expire_due
from boards.models import Board, Card, Column, Kind, Person, Record, Role
from boards.perform import perform
from boards.personal.column_order import pin_column
from boards.personal.read_receipts import mark_version_read
from boards.search.failed_queries import record_failed_query
from boards.text.sanitize import clean_title, markdown_to_html
from config import Settings

TOWN_FILE = Path(__file__).with_name("val_rive.toml")
ALERTS_FILE = Path(__file__).with_name("alerts.toml")
_LOOKED_FOR_IN_VAIN = ("vélos en libre-service", "bois de chauffage", "vélos en libre-service", "patinoire")
_NEWS_SINCE = -1  # days ago: what was published before has been read


def create_demo_town(app: Flask) -> bool:
    """Create the demo town in an empty database; return False if it holds people."""
    settings: Settings = app.config["SETTINGS"]
    with app.app_context():
        if read_session().scalar(select(Person.id).limit(1)) is not None:
            return False
        town, alerts = (tomllib.loads(file.read_text(encoding="utf-8")) for file in (TOWN_FILE, ALERTS_FILE))
        password_hash = hash_password(settings.demo_password)  # one hash for all: thirty would take seconds
        with write_transaction() as session:
            name_town(
                session,
                town["town"]["name"],
                demo=True,
                **{of: town["town"][of].strip() for of in ("address", "contact", "hours")},
            )
            boards = [create_board(session, told["board"]["slug"], told["board"]["title"]) for told in (town, alerts)]
            services = _create_services(session, town["services"])
            people = _create_people(session, town["people"], password_hash)
        for board, told in zip(boards, (town, alerts), strict=True):
            _fill(board, told["columns"], services, people, now().astimezone(settings.timezone))
        _read_the_rules(boards[0], town["people"], people)
        _keep_for_themselves(boards, people)
        expire_due()  # what ended yesterday has left by the time somebody looks
        return True


def demo_banner(settings: Settings) -> str:
    """Return the address and accounts that the start command prints."""
    return "\n".join(
        (
            "",
            f"  Flash News, ville de démonstration : http://{settings.host}:{settings.port}",
            "",
            "  dtan@demo.example          animatrice (DTAN)",
            "  ccas@demo.example          agent du CCAS",
            "  mediatheque@demo.example   agent de la médiathèque",
            "  etat-civil@demo.example    agent de l’état civil",
            "  elu@demo.example           lecteur (élu)",
            "  bienvenue@demo.example     nouvelle recrue de l’état civil, pour la visite guidée",
            f"  mot de passe : {settings.demo_password}",
            "",
        )
    )


def _create_services(session: Session, services: list[dict[str, Any]]) -> dict[str, int]:
    return {service["slug"]: create_service(session, **service).id for service in services}


def _create_people(session: Session, people: list[dict[str, Any]], password_hash: str) -> dict[str, int]:
    ids = {}
    for entry in people:
        person = create_person(session, entry["name"], Role(entry["role"]), entry["services"], entry["hue"])
        state = entry.get("state")
        person.disabled_at = now() if state == "disabled" else None
        welcomed_at = None if state in ("invited", "new") else now()
        password = None if state == "invited" else password_hash
        session.add(Account(person_id=person.id, email=entry["email"], password_hash=password, welcomed_at=welcomed_at))
        ids[entry["email"]] = person.id
    return ids


def _fill(
    board: Board, columns: list[dict[str, Any]], services: dict[str, int], people: dict[str, int], today: datetime
) -> None:
    incoming = [
        IncomingColumn(
            title=column["title"],
            kind=Kind(column["kind"]),
            hue=column["hue"],
            service_slug=column.get("service"),
            rights=_rights(column.get("rights", {}), services),
            cards=[_card(card, people, today) for card in column["cards"]],
        )
        for column in columns
    ]
    brought = perform(people["dtan@demo.example"], board.id, ImportColumns(columns=incoming, tally=Tally()))
    ids = {card.title: id for id, card in brought.cards.items() if card is not None}
    steps = Steps(
        board.id,
        people,
        services,
        {column.title: id for id, column in brought.columns.items() if column is not None},
        today.date(),
    )
    for column in brought.columns.values():
        if column is not None and column.kind == Kind.GUIDE:
            steps.check_yearly(column.id)
    for card in (card for column in columns for card in column["cards"]):
        steps.go_through(ids[clean_title(fill_dates(card["title"], today.date()))], card)


def _read_the_rules(board: Board, town: list[dict[str, Any]], people: dict[str, int]) -> None:
    """Mark rules as read: all, some or none of them, depending on the person."""
    at_work = [people[entry["email"]] for entry in town if "state" not in entry]
    with write_transaction() as session:
        rules = session.scalars(
            select(Card)
            .join(Column, Column.id == Card.column_id)
            .where(Card.board_id == board.id, Column.kind == Kind.GUIDE)
            .order_by(Column.rank, Card.rank)
        ).all()
        for number, person in enumerate(at_work):
            for rule in rules[: len(rules) - number % 4 * 2]:
                mark_version_read(session, person, rule.id, rule.version)
        asked = session.scalars(
            select(Card).join(Column, Column.id == Card.column_id).where(Card.must_read, Column.kind == Kind.SERVICE)
        ).one()
        for email in ("accueil-mairie@demo.example", "petite-enfance@demo.example"):
            mark_version_read(session, people[email], asked.id, asked.version)


def _keep_for_themselves(boards: list[Board], people: dict[str, int]) -> None:
    """Save the second board as a template and pin one agent’s own column."""
    with write_transaction() as session:
        save_template(session, template_of(session, boards[1]))
        person = session.get_one(Person, people["sports@demo.example"])
        column = session.scalars(select(Column).where(Column.board_id == boards[0].id, Column.title == "Sports")).one()
        pin_column(session, person, column, pinned=True)
    for words in _LOOKED_FOR_IN_VAIN:
        record_failed_query(boards[0].id, words)


def _rights(told: dict[str, Any], services: dict[str, int]) -> Record:
    """Return a column’s rights with service ids instead of slugs."""
    if not told:
        return {}
    return {**told, "services": {str(services[slug]): level for slug, level in told["services"].items()}}


def _card(card: dict[str, Any], people: dict[str, int], today: datetime) -> IncomingCard:
    body_html = markdown_to_html(fill_dates(card["body"], today.date()))
    hour, minute = map(int, card["time"].split(":"))
    published = (today + timedelta(days=card["published"])).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return IncomingCard(
        title=clean_title(fill_dates(card["title"], today.date())),
        body_html=body_html,
        author_id=people[card["author"]],
        created_at=published,
        valid_until=today.date() + timedelta(days=card["valid_until"]) if "valid_until" in card else None,
        is_news=card["published"] >= _NEWS_SINCE,
    )
