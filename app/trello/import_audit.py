"""Count what an export holds and what became of each object: imported, or named in the report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from app.trello.export import Export, TrelloBoard
from app.trello.formatting import counted_noun
from app.trello.lookups import COMMENTS, CREATIONS, Lookups
from app.trello.previous_import import HISTORY_LIMIT

UNREADABLE = "sous une forme illisible (rien n’en est repris)"


class ObjectKind(StrEnum):
    """Kinds of object that an export holds; the value is their name in the report."""

    LISTS = "Listes"
    CARDS = "Cartes"
    LABELS = "Étiquettes"
    CHECKLISTS = "Checklists"
    CHECK_ITEMS = "Éléments de checklist"
    ATTACHMENTS = "Pièces jointes"
    MEMBERS = "Membres"
    VOTES = "Votes"
    FIELDS = "Champs personnalisés"
    VALUES = "Valeurs de ces champs"
    ACTIONS = "Actions de l’historique"
    STICKERS = "Autocollants"
    PLUGIN_DATA = "Données de Power-Ups"


@dataclass
class KindCount:
    """Objects of one kind by outcome; « one|many » where the words vary with the number."""

    found: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    details: Counter[str] = field(default_factory=Counter)

    @property
    def balanced(self) -> bool:
        """Return True if each object found has one outcome."""
        return self.found == self.outcomes.total()


@dataclass
class ImportAudit:
    """Counts by kind of object, and notes for a person's attention with the objects concerned."""

    counts: dict[ObjectKind, KindCount] = field(default_factory=lambda: {kind: KindCount() for kind in ObjectKind})
    notes: dict[str, list[str]] = field(default_factory=dict)

    def add_found(self, kind: ObjectKind, count: int) -> None:
        """Count objects of the file."""
        self.counts[kind].found += count

    def add_outcome(self, kind: ObjectKind, outcome: str, count: int = 1) -> None:
        """Record what became of objects: exactly one outcome for each."""
        if count:
            self.counts[kind].outcomes[outcome] += count

    def add_detail(self, kind: ObjectKind, what: str, count: int = 1) -> None:
        """Record a further fact about some of them."""
        if count:
            self.counts[kind].details[what] += count

    def note(self, what: str, which: str = "") -> None:
        """Record a note about an object."""
        self.notes.setdefault(what, []).append(which)


_FIELDS = {
    "lists": ObjectKind.LISTS,
    "cards": ObjectKind.CARDS,
    "labels": ObjectKind.LABELS,
    "checklists": ObjectKind.CHECKLISTS,
    "check_items": ObjectKind.CHECK_ITEMS,
    "attachments": ObjectKind.ATTACHMENTS,
    "members": ObjectKind.MEMBERS,
    "id_members_voted": ObjectKind.VOTES,
    "custom_fields": ObjectKind.FIELDS,
    "custom_field_items": ObjectKind.VALUES,
    "actions": ObjectKind.ACTIONS,
    "stickers": ObjectKind.STICKERS,
    "plugin_data": ObjectKind.PLUGIN_DATA,
}


def count_objects(audit: ImportAudit, export: Export) -> None:
    """Count what the file holds, unreadable objects included, before the import."""
    board = export.board
    _count(audit, board)
    for name, count in export.oddities.objects.items():
        if name in _FIELDS:
            audit.add_found(_FIELDS[name], count)
            audit.add_outcome(_FIELDS[name], UNREADABLE, count)
        else:
            audit.note(f"Entrées illisibles dans «\u202f{name}\u202f», laissées de côté\u00a0: {count}")
    for path, count in export.oddities.fields.items():
        audit.note(f"Champ illisible, compté comme vide\u00a0: {path} ({count}\u00a0fois)")
    if export.cleaned_texts:
        audit.note(f"Textes nettoyés de caractères de contrôle ou invalides\u00a0: {export.cleaned_texts}")
    _note_order(audit, board)


def count_remaining(audit: ImportAudit, export: Export, lookups: Lookups) -> None:
    """Record the outcomes of objects that no card referred to."""
    board = export.board
    _count_labels_members_fields(audit, board, lookups)
    for checklist in lookups.left_checklists():
        audit.add_outcome(
            ObjectKind.CHECKLISTS,
            "sans carte dans le fichier, laissée de côté|sans carte dans le fichier, laissées de côté",
        )
        audit.add_outcome(
            ObjectKind.CHECK_ITEMS,
            "sans carte dans le fichier, laissé de côté|sans carte dans le fichier, laissés de côté",
            len(checklist.check_items),
        )
        audit.note("Checklists sans carte", checklist.name)
    _count_actions(audit, board, lookups)
    audit.add_outcome(ObjectKind.STICKERS, "ignoré|ignorés", sum(len(card.stickers) for card in board.cards))
    audit.add_outcome(
        ObjectKind.PLUGIN_DATA,
        "ignorée|ignorées",
        len(board.plugin_data) + sum(len(card.plugin_data) for card in board.cards),
    )
    if board.closed:
        audit.note("Ce tableau était fermé dans Trello")


def _count(audit: ImportAudit, board: TrelloBoard) -> None:
    audit.add_found(ObjectKind.LISTS, len(board.lists))
    audit.add_found(ObjectKind.CARDS, len(board.cards))
    audit.add_found(ObjectKind.LABELS, len(board.labels) + len(_labels_on_cards_alone(board)))
    audit.add_found(ObjectKind.CHECKLISTS, len(board.checklists))
    audit.add_found(ObjectKind.CHECK_ITEMS, sum(len(checklist.check_items) for checklist in board.checklists))
    audit.add_found(ObjectKind.ATTACHMENTS, sum(len(card.attachments) for card in board.cards))
    audit.add_found(ObjectKind.MEMBERS, len(board.members))
    audit.add_found(ObjectKind.VOTES, sum(len(card.id_members_voted) for card in board.cards))
    audit.add_found(ObjectKind.FIELDS, len(board.custom_fields))
    audit.add_found(ObjectKind.VALUES, sum(len(card.custom_field_items) for card in board.cards))
    audit.add_found(ObjectKind.ACTIONS, len(board.actions))
    audit.add_found(ObjectKind.STICKERS, sum(len(card.stickers) for card in board.cards))
    audit.add_found(ObjectKind.PLUGIN_DATA, len(board.plugin_data) + sum(len(card.plugin_data) for card in board.cards))


def _count_labels_members_fields(audit: ImportAudit, board: TrelloBoard, lookups: Lookups) -> None:
    for label in board.labels:
        used = label.id in lookups.used_labels
        audit.add_outcome(ObjectKind.LABELS, "dans le texte des cartes" if used else "que ne porte aucune carte")
        if not used and label.name.strip():
            audit.note("Étiquettes que ne porte aucune carte", label.name)
    audit.add_outcome(ObjectKind.LABELS, "dans le texte des cartes", len(_labels_on_cards_alone(board)))
    for member in board.members:
        cited = member.id in lookups.cited_members
        audit.add_outcome(
            ObjectKind.MEMBERS,
            "cité par son nom (aucun compte n’est créé)|cités par leur nom (aucun compte n’est créé)"
            if cited
            else "que ne cite aucune carte",
        )
    for described in board.custom_fields:
        used = described.id in lookups.used_fields
        audit.add_outcome(
            ObjectKind.FIELDS,
            "nommé dans le texte des cartes|nommés dans le texte des cartes" if used else "que ne remplit aucune carte",
        )


def _labels_on_cards_alone(board: TrelloBoard) -> set[tuple[str | None, str, str | None]]:
    """Return labels missing from the board's list, as in exports before 2015."""
    known = {label.id for label in board.labels if label.id}
    return {
        (label.id, label.name, label.color) for card in board.cards for label in card.labels if label.id not in known
    }


def _count_actions(audit: ImportAudit, board: TrelloBoard, lookups: Lookups) -> None:
    orphans = lookups.left_comments()
    audit.add_outcome(
        ObjectKind.ACTIONS,
        "commentaire d’une carte absente du fichier, laissé de côté|commentaires de cartes absentes "
        "du fichier, laissés de côté",
        len(orphans),
    )
    kinds = Counter(action.type or "sans type" for action in board.actions)
    audit.add_outcome(
        ObjectKind.ACTIONS,
        "création de carte, lue pour sa date et son auteur|créations de carte, lues pour leur date et leur auteur",
        sum(kinds[kind] for kind in CREATIONS),
    )
    others = {kind: count for kind, count in kinds.most_common() if kind not in COMMENTS | CREATIONS}
    audit.add_outcome(
        ObjectKind.ACTIONS,
        "autre, ignorée (journal d’activité)|autres, ignorées (journal d’activité)",
        sum(others.values()),
    )
    if others:
        audit.note("Journal d’activité ignoré\u00a0: " + ", ".join(f"{kind} {count}" for kind, count in others.items()))
    _note_missing_history(audit, board, sum(kinds[kind] for kind in COMMENTS) - len(orphans))


def _note_missing_history(audit: ImportAudit, board: TrelloBoard, comments_read: int) -> None:
    if len(board.actions) >= HISTORY_LIMIT:
        audit.note(
            "Historique tronqué\u00a0: Trello ne donne que les 1\u202f000 dernières actions. "
            "Des commentaires anciens, des dates de création et des auteurs peuvent manquer"
        )
    announced = sum(card.badges.comments for card in board.cards if card.badges)
    if announced > comments_read:
        missing = counted_noun(announced - comments_read, "commentaire", "commentaires")
        audit.note(f"Absents du fichier, d’après les compteurs des cartes\u00a0: {missing}")


def _note_order(audit: ImportAudit, board: TrelloBoard) -> None:
    positions = Counter((card.id_list, card.pos) for card in board.cards)
    for card in board.cards:
        if card.pos is None:
            audit.note("Cartes sans position\u00a0: à la fin, dans l’ordre du fichier", card.name)
        elif positions[card.id_list, card.pos] > 1:
            audit.note("Cartes de même position dans leur liste\u00a0: dans l’ordre du fichier", card.name)
