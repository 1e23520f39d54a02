"""Opening and closing the books of an import: everything the file holds is either brought in or named."""

from __future__ import annotations

from collections import Counter

from app.trello.export import Board, Export
from app.trello.formatting import counted
from app.trello.ledger import Ledger, Of
from app.trello.lookups import COMMENTS, CREATIONS, Lookups
from app.trello.previous_import import HISTORY_LIMIT

UNREADABLE = "sous une forme illisible (rien n’en est repris)"
_FIELDS = {
    "lists": Of.LISTS,
    "cards": Of.CARDS,
    "labels": Of.LABELS,
    "checklists": Of.CHECKLISTS,
    "check_items": Of.CHECK_ITEMS,
    "attachments": Of.ATTACHMENTS,
    "members": Of.MEMBERS,
    "id_members_voted": Of.VOTES,
    "custom_fields": Of.FIELDS,
    "custom_field_items": Of.VALUES,
    "actions": Of.ACTIONS,
    "stickers": Of.STICKERS,
    "plugin_data": Of.PLUGIN_DATA,
}


def open_books(ledger: Ledger, export: Export) -> None:
    """Count what the file holds, the unreadable objects included, before anything is done with it."""
    board = export.board
    _count(ledger, board)
    for field, count in export.oddities.objects.items():
        if field in _FIELDS:
            ledger.find(_FIELDS[field], count)
            ledger.settle(_FIELDS[field], UNREADABLE, count)
        else:
            ledger.note(f"Entrées illisibles dans «\u202f{field}\u202f», laissées de côté\u00a0: {count}")
    for path, count in export.oddities.fields.items():
        ledger.note(f"Champ illisible, compté comme vide\u00a0: {path} ({count}\u00a0fois)")
    if export.cleaned_texts:
        ledger.note(f"Textes nettoyés de caractères de contrôle ou invalides\u00a0: {export.cleaned_texts}")
    _note_order(ledger, board)


def close_books(ledger: Ledger, export: Export, lookups: Lookups) -> None:
    """Settle what no card spoke of."""
    board = export.board
    _close_labels_members_fields(ledger, board, lookups)
    for checklist in lookups.left_checklists():
        ledger.settle(
            Of.CHECKLISTS, "sans carte dans le fichier, laissée de côté|sans carte dans le fichier, laissées de côté"
        )
        ledger.settle(
            Of.CHECK_ITEMS,
            "sans carte dans le fichier, laissé de côté|sans carte dans le fichier, laissés de côté",
            len(checklist.check_items),
        )
        ledger.note("Checklists sans carte", checklist.name)
    _close_actions(ledger, board, lookups)
    ledger.settle(Of.STICKERS, "ignoré|ignorés", sum(len(card.stickers) for card in board.cards))
    ledger.settle(
        Of.PLUGIN_DATA, "ignorée|ignorées", len(board.plugin_data) + sum(len(card.plugin_data) for card in board.cards)
    )
    if board.closed:
        ledger.note("Ce tableau était fermé dans Trello")


def _count(ledger: Ledger, board: Board) -> None:
    ledger.find(Of.LISTS, len(board.lists))
    ledger.find(Of.CARDS, len(board.cards))
    ledger.find(Of.LABELS, len(board.labels) + len(_labels_on_cards_alone(board)))
    ledger.find(Of.CHECKLISTS, len(board.checklists))
    ledger.find(Of.CHECK_ITEMS, sum(len(checklist.check_items) for checklist in board.checklists))
    ledger.find(Of.ATTACHMENTS, sum(len(card.attachments) for card in board.cards))
    ledger.find(Of.MEMBERS, len(board.members))
    ledger.find(Of.VOTES, sum(len(card.id_members_voted) for card in board.cards))
    ledger.find(Of.FIELDS, len(board.custom_fields))
    ledger.find(Of.VALUES, sum(len(card.custom_field_items) for card in board.cards))
    ledger.find(Of.ACTIONS, len(board.actions))
    ledger.find(Of.STICKERS, sum(len(card.stickers) for card in board.cards))
    ledger.find(Of.PLUGIN_DATA, len(board.plugin_data) + sum(len(card.plugin_data) for card in board.cards))


def _close_labels_members_fields(ledger: Ledger, board: Board, lookups: Lookups) -> None:
    for label in board.labels:
        used = label.id in lookups.used_labels
        ledger.settle(Of.LABELS, "dans le texte des cartes" if used else "que ne porte aucune carte")
        if not used and label.name.strip():
            ledger.note("Étiquettes que ne porte aucune carte", label.name)
    ledger.settle(Of.LABELS, "dans le texte des cartes", len(_labels_on_cards_alone(board)))
    for member in board.members:
        cited = member.id in lookups.cited_members
        ledger.settle(
            Of.MEMBERS,
            "cité par son nom (aucun compte n’est créé)|cités par leur nom (aucun compte n’est créé)"
            if cited
            else "que ne cite aucune carte",
        )
    for described in board.custom_fields:
        used = described.id in lookups.used_fields
        ledger.settle(
            Of.FIELDS,
            "nommé dans le texte des cartes|nommés dans le texte des cartes" if used else "que ne remplit aucune carte",
        )


def _labels_on_cards_alone(board: Board) -> set[tuple[str | None, str, str | None]]:
    """Exports of before 2015 have no list of labels."""
    known = {label.id for label in board.labels if label.id}
    return {
        (label.id, label.name, label.color) for card in board.cards for label in card.labels if label.id not in known
    }


def _close_actions(ledger: Ledger, board: Board, lookups: Lookups) -> None:
    orphans = lookups.left_comments()
    ledger.settle(
        Of.ACTIONS,
        "commentaire d’une carte absente du fichier, laissé de côté|commentaires de cartes absentes du fichier, laissés de côté",
        len(orphans),
    )
    kinds = Counter(action.type or "sans type" for action in board.actions)
    ledger.settle(
        Of.ACTIONS,
        "création de carte, lue pour sa date et son auteur|créations de carte, lues pour leur date et leur auteur",
        sum(kinds[kind] for kind in CREATIONS),
    )
    others = {kind: count for kind, count in kinds.most_common() if kind not in COMMENTS | CREATIONS}
    ledger.settle(
        Of.ACTIONS, "autre, ignorée (journal d’activité)|autres, ignorées (journal d’activité)", sum(others.values())
    )
    if others:
        ledger.note(
            "Journal d’activité ignoré\u00a0: " + ", ".join(f"{kind} {count}" for kind, count in others.items())
        )
    _note_missing_history(ledger, board, sum(kinds[kind] for kind in COMMENTS) - len(orphans))


def _note_missing_history(ledger: Ledger, board: Board, comments_read: int) -> None:
    if len(board.actions) >= HISTORY_LIMIT:
        ledger.note(
            "Historique tronqué\u00a0: Trello ne donne que les 1\u202f000 dernières actions. "
            "Des commentaires anciens, des dates de création et des auteurs peuvent manquer"
        )
    announced = sum(card.badges.comments for card in board.cards if card.badges)
    if announced > comments_read:
        missing = counted(announced - comments_read, "commentaire", "commentaires")
        ledger.note(f"Absents du fichier, d’après les compteurs des cartes\u00a0: {missing}")


def _note_order(ledger: Ledger, board: Board) -> None:
    positions = Counter((card.id_list, card.pos) for card in board.cards)
    for card in board.cards:
        if card.pos is None:
            ledger.note("Cartes sans position\u00a0: à la fin, dans l’ordre du fichier", card.name)
        elif positions[card.id_list, card.pos] > 1:
            ledger.note("Cartes de même position dans leur liste\u00a0: dans l’ordre du fichier", card.name)
