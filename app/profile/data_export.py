"""Export everything stored about a person (GDPR, articles 15 and 20)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, make_response
from flask_login import login_required
from sqlalchemy import or_, select

from app.accounts.models import Account, ApiToken, Identity, SignIn
from app.accounts.preferences import preferences_of
from app.audit import log as audit_log
from app.audit.models import AuditEntry
from app.auth.current_user import current_account
from app.extensions import limiter
from app.web import json as strict_json
from boards import rights
from boards.database import now, read_session, write_transaction
from boards.models import Board, Card, Change, Column, Person
from boards.models.personal import BoardReadMarker, CardRead, CardReadMarker, Fold, Notice, Placement, SavedFilter
from boards.models.suggestion import Reply, Vote
from boards.sharing import PublicLink

routes = Blueprint("personal_data", __name__)


@routes.get("/profile/data")
@login_required
@limiter.limit("10 per minute")
def export() -> Response:
    """Download one's own data as JSON."""
    account = current_account()
    with write_transaction() as session:
        audit_log.record(session, "data_exported", account.email, actor=account.person)
    response = make_response(strict_json.dumps(personal_data(account)))
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="flash-news-{now():%Y-%m-%d}.json"'
    return response


def personal_data(account: Account) -> dict[str, Any]:
    """Collect a person's data, without secrets and without what they may no longer read."""
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
            for sign_in in read_session().scalars(select(SignIn).where(SignIn.account_id == account.id))
        ],
        "identities": [
            {"issuer": identity.issuer, "subject": identity.subject}
            for identity in read_session().scalars(select(Identity).where(Identity.account_id == account.id))
        ],
        "tokens": [
            {
                "name": token.name,
                "scope": token.scope,
                "created_at": token.created_at.isoformat(),
                "last_used_at": _moment(token.last_used_at),
                "revoked_at": _moment(token.revoked_at),
            }
            for token in read_session().scalars(select(ApiToken).where(ApiToken.account_id == account.id))
        ],
        "alerts": _alerts(person),
        "cards": _cards(person),
        "votes": _votes(person),
        "replies": _on_cards(person, Reply, Reply.author_id, Reply.id, _reply),
        "notices": _on_cards(person, Notice, Notice.person_id, Notice.id, _notice),
        "reads": _on_cards(person, CardRead, CardRead.person_id, CardRead.at, _read),
        "visits": _visits(person),
        "seen": _on_cards(person, CardReadMarker, CardReadMarker.person_id, Card.id, _seen),
        "public_pages": _on_cards(person, PublicLink, PublicLink.created_by_id, PublicLink.id, _public_page),
        "columns": _columns(person),
        "filters": _filters(person),
        "changes": _changes(person),
        "log": _log(account),
    }


def _alerts(person: Person) -> dict[str, Any]:
    chosen = preferences_of(read_session(), person.id)
    return {
        "flash_sound": chosen.flash_sound,
        "flash_desktop": chosen.flash_desktop,
        "quiet_from": chosen.quiet_from.isoformat("minutes") if chosen.quiet_from else None,
        "quiet_until": chosen.quiet_until.isoformat("minutes") if chosen.quiet_until else None,
        "digest": chosen.digest,
        "digest_hour": chosen.digest_hour,
        "digest_weekday": chosen.digest_weekday,
        "digest_due_at": _moment(chosen.digest_due_at),
        "digest_told_at": _moment(chosen.digest_told_at),
        "reminders": chosen.reminders,
    }


def _cards(person: Person) -> list[dict[str, Any]]:
    query = select(Card, Column, Board).join(Column, Card.column_id == Column.id).join(Board, Card.board_id == Board.id)
    mine = read_session().execute(query.where(Card.author_id == person.id).order_by(Card.id))
    return [
        {
            "id": card.id,
            **_board(person, board),
            "created_at": card.created_at.isoformat(),
            **_content(person, card, column, board),
        }
        for card, column, board in mine
    ]


def _content(person: Person, card: Card, column: Column, board: Board) -> dict[str, Any]:
    """Return the card's content if the person may still read it: others may have edited it."""
    if not _knows_card(person, card, column, board):
        return {}
    return {
        "column": column.title,
        "title": card.title,
        "text": card.body_text,
        "archived_at": _moment(card.archived_at),
    }


def _on_cards(
    person: Person, table: Any, owner: Any, order: Any, serialize: Callable[[Any, Card, Board], dict[str, Any]]
) -> list[dict[str, Any]]:
    """Serialize the rows of a table on cards that belong to the person, with the titles they may see."""
    query = select(table, Card, Column, Board).join(Card, table.card_id == Card.id)
    query = query.join(Column, Card.column_id == Column.id).join(Board, Card.board_id == Board.id)
    return [
        {**serialize(row, card, board), **_titled(person, card, column, board)}
        for row, card, column, board in read_session().execute(query.where(owner == person.id).order_by(order))
    ]


def _votes(person: Person) -> list[dict[str, Any]]:
    def serialize(_vote: Vote, card: Card, board: Board) -> dict[str, Any]:
        return {**_board(person, board), "card": card.id}

    return _on_cards(person, Vote, Vote.person_id, Card.id, serialize)


def _reply(reply: Reply, _card: Card, _board: Board) -> dict[str, Any]:
    return {"text": reply.text, "at": reply.created_at.isoformat(), "withdrawn_at": _moment(reply.withdrawn_at)}


def _notice(notice: Notice, _card: Card, _board: Board) -> dict[str, Any]:
    return {"what": notice.what, "at": notice.at.isoformat(), "read_at": _moment(notice.read_at)}


def _read(read: CardRead, card: Card, _board: Board) -> dict[str, Any]:
    return {"card": card.id, "version": read.version, "at": read.at.isoformat()}


def _seen(marker: CardReadMarker, card: Card, _board: Board) -> dict[str, Any]:
    """Serialize a card read since the board, or set back to unread (0)."""
    return {"card": card.id, "read_to": marker.seq}


def _public_page(link: PublicLink, card: Card, _board: Board) -> dict[str, Any]:
    return {"card": card.id, "at": link.created_at.isoformat(), "revoked_at": _moment(link.revoked_at)}


def _visits(person: Person) -> list[dict[str, Any]]:
    """List the person's read position on each board."""
    mine = read_session().execute(
        select(BoardReadMarker, Board)
        .join(Board, BoardReadMarker.board_id == Board.id)
        .where(BoardReadMarker.person_id == person.id)
        .order_by(Board.id)
    )
    return [{**_board(person, board), "read_to": visit.read_to} for visit, board in mine]


def _columns(person: Person) -> list[dict[str, Any]]:
    """List the person's pinned, moved and folded columns."""
    query = select(Column, Board, Placement, Fold.column_id).join(Board, Column.board_id == Board.id)
    placed = query.outerjoin(Placement, (Placement.column_id == Column.id) & (Placement.person_id == person.id))
    folds = placed.outerjoin(Fold, (Fold.column_id == Column.id) & (Fold.person_id == person.id)).order_by(Column.id)
    return [
        {
            "column": column.id,
            **({"title": column.title} if _knows(person, column, board) else {}),
            "pinned": placement is not None and placement.pinned,
            "rank": placement.rank if placement is not None else None,
            "folded": folded is not None,
        }
        for column, board, placement, folded in read_session().execute(
            folds.where(Placement.column_id.is_not(None) | Fold.column_id.is_not(None))
        )
    ]


def _filters(person: Person) -> list[dict[str, Any]]:
    query = select(SavedFilter, Board).join(Board, SavedFilter.board_id == Board.id)
    mine = read_session().execute(query.where(SavedFilter.person_id == person.id).order_by(SavedFilter.id))
    return [{"name": saved.name, "query": saved.query, **_board(person, board)} for saved, board in mine]


def _titled(person: Person, card: Card, column: Column, board: Board) -> dict[str, Any]:
    return {"title": card.title} if _knows_card(person, card, column, board) else {}


def _board(person: Person, board: Board) -> dict[str, Any]:
    return {"board": board.title} if rights.may_see(person, board) else {}


def _knows(person: Person, column: Column, board: Board) -> bool:
    return rights.may_see(person, board) and rights.may_read(person, column)


def _knows_card(person: Person, card: Card, column: Column, board: Board) -> bool:
    """Return True if the person may see the card, which may be scheduled again by now."""
    return rights.may_see(person, board) and rights.may_see_card(person, card, column)


def _changes(person: Person) -> list[dict[str, Any]]:
    query = select(Change.type, Change.at, Board).join(Board, Change.board_id == Board.id)
    mine = read_session().execute(query.where(Change.actor_id == person.id).order_by(Change.id))
    return [{"type": type_, "at": at.isoformat(), **_board(person, board)} for type_, at, board in mine]


def _log(account: Account) -> list[dict[str, Any]]:
    concerning = or_(AuditEntry.actor_id == account.person_id, AuditEntry.subject == account.email)
    entries = read_session().scalars(select(AuditEntry).where(concerning).order_by(AuditEntry.id))
    return [_entry(entry, by_oneself=entry.actor_id == account.person_id) for entry in entries]


def _entry(entry: AuditEntry, *, by_oneself: bool) -> dict[str, Any]:
    """Serialize an audit entry; other people's addresses are left out."""
    record = {"at": entry.at.isoformat(), "action": entry.action, "subject": entry.subject, "by_oneself": by_oneself}
    return {**record, "address": entry.address} if by_oneself else record


def _moment(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
