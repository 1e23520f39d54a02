"""Everything the application keeps about somebody, for them to take away (RGPD, articles 15 and 20)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response
from flask_login import login_required
from sqlalchemy import or_, select

from app import audit, strict_json
from app.accounts.current import current_account
from app.accounts.models import Account, ApiToken, AuditEntry, Identity, SignIn
from app.extensions import limiter
from boards import rights
from boards.database import now, reading, write_transaction
from boards.models import Board, Card, Change, Column, Person, Reply
from boards.personal import CardRead, Notice, Vote

routes = Blueprint("personal_data", __name__)


@routes.get("/profile/data")
@login_required
@limiter.limit("10 per minute")
def export() -> Response:
    account = current_account()
    with write_transaction() as session:
        audit.record(session, "data_exported", account.email, actor=account.person)
    response = make_response(strict_json.dumps(personal_data(account)))
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="flash-news-{now():%Y-%m-%d}.json"'
    return response


def personal_data(account: Account) -> dict[str, Any]:
    """All of it but secrets, and but what others wrote in columns that this person may no longer read."""
    person = account.person
    return {
        "exported_at": now().isoformat(),
        "profile": {
            "name": person.name,
            "email": account.email,
            "role": person.role,
            "initials": person.initials,
            "hue": person.hue,
            "photo": person.photo_version > 0,
            "language": account.language,
            "theme": account.theme,
            "density": account.density,
            "created_at": account.created_at.isoformat(),
            "last_seen_at": _moment(account.last_seen_at),
            "welcomed_at": _moment(account.welcomed_at),
        },
        "services": [service.name for service in person.services],
        "sign_ins": [
            {
                "browser": sign_in.user_agent,
                "address": sign_in.address,
                "since": sign_in.created_at.isoformat(),
                "last_seen_at": _moment(sign_in.last_seen_at),
            }
            for sign_in in reading().scalars(select(SignIn).where(SignIn.account_id == account.id))
        ],
        "identities": [
            {"issuer": identity.issuer, "subject": identity.subject}
            for identity in reading().scalars(select(Identity).where(Identity.account_id == account.id))
        ],
        "tokens": [
            {
                "name": token.name,
                "scope": token.scope,
                "created_at": token.created_at.isoformat(),
                "last_used_at": _moment(token.last_used_at),
                "revoked_at": _moment(token.revoked_at),
            }
            for token in reading().scalars(select(ApiToken).where(ApiToken.account_id == account.id))
        ],
        "cards": _cards(person),
        "votes": _votes(person),
        "replies": _replies(person),
        "notices": _notices(person),
        "reads": _reads(person),
        "changes": _changes(person),
        "log": _log(account),
    }


def _cards(person: Person) -> list[dict[str, Any]]:
    query = select(Card, Column, Board).join(Column, Card.column_id == Column.id).join(Board, Card.board_id == Board.id)
    mine = reading().execute(query.where(Card.author_id == person.id).order_by(Card.id))
    return [
        {"id": card.id, "board": board.title, "created_at": card.created_at.isoformat(), **_content(person, card, column)}
        for card, column, board in mine
    ]


def _content(person: Person, card: Card, column: Column) -> dict[str, Any]:
    """Others may have gone on writing the card since; what they wrote stays behind the column's rights."""
    if not rights.may_read(person, column):
        return {}
    return {"column": column.title, "title": card.title, "text": card.body_text, "archived_at": _moment(card.archived_at)}


def _votes(person: Person) -> list[dict[str, Any]]:
    query = select(Card, Column, Board).join(Vote, Vote.card_id == Card.id).join(Column, Card.column_id == Column.id)
    mine = reading().execute(query.join(Board, Card.board_id == Board.id).where(Vote.person_id == person.id).order_by(Card.id))
    return [{"board": board.title, "card": card.id, **_titled(person, card, column)} for card, column, board in mine]


def _replies(person: Person) -> list[dict[str, Any]]:
    query = select(Reply, Card, Column).join(Card, Reply.card_id == Card.id).join(Column, Card.column_id == Column.id)
    mine = reading().execute(query.where(Reply.author_id == person.id).order_by(Reply.id))
    return [
        {
            "text": reply.text,
            "at": reply.created_at.isoformat(),
            "withdrawn_at": _moment(reply.withdrawn_at),
            **_titled(person, card, column),
        }
        for reply, card, column in mine
    ]


def _notices(person: Person) -> list[dict[str, Any]]:
    query = select(Notice, Card, Column).join(Card, Notice.card_id == Card.id).join(Column, Card.column_id == Column.id)
    told = reading().execute(query.where(Notice.person_id == person.id).order_by(Notice.id))
    return [
        {"what": notice.what, "at": notice.at.isoformat(), "read_at": _moment(notice.read_at), **_titled(person, card, column)}
        for notice, card, column in told
    ]


def _reads(person: Person) -> list[dict[str, Any]]:
    query = select(CardRead, Card, Column).join(Card, CardRead.card_id == Card.id).join(Column, Card.column_id == Column.id)
    mine = reading().execute(query.where(CardRead.person_id == person.id).order_by(CardRead.at))
    return [
        {"card": card.id, "version": read.version, "at": read.at.isoformat(), **_titled(person, card, column)}
        for read, card, column in mine
    ]


def _titled(person: Person, card: Card, column: Column) -> dict[str, Any]:
    return {"title": card.title} if rights.may_read(person, column) else {}


def _changes(person: Person) -> list[dict[str, Any]]:
    query = select(Change.type, Change.at, Board.title).join(Board, Change.board_id == Board.id)
    mine = reading().execute(query.where(Change.actor_id == person.id).order_by(Change.id))
    return [{"type": type_, "at": at.isoformat(), "board": board} for type_, at, board in mine]


def _log(account: Account) -> list[dict[str, Any]]:
    concerning = or_(AuditEntry.actor_id == account.person_id, AuditEntry.subject == account.email)
    entries = reading().scalars(select(AuditEntry).where(concerning).order_by(AuditEntry.id))
    return [_entry(entry, by_oneself=entry.actor_id == account.person_id) for entry in entries]


def _entry(entry: AuditEntry, *, by_oneself: bool) -> dict[str, Any]:
    """Somebody else's address is theirs."""
    told = {"at": entry.at.isoformat(), "action": entry.action, "subject": entry.subject, "by_oneself": by_oneself}
    return {**told, "address": entry.address} if by_oneself else told


def _moment(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
