"""Write a card's text as pieces of HTML: its description, then all that Trello kept beside it."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from zoneinfo import ZoneInfo

from app.trello.export import Action, Attachment, CheckItem, Checklist, CustomFieldItem, TrelloCard
from app.trello.formatting import NBSP, colour_in_words, day_as_text, join_lines, local, moment_in_words, size_in_words
from app.trello.import_audit import ImportAudit, ObjectKind
from app.trello.lookups import Lookups, in_order
from app.trello.previous_import import missing_comments
from app.trello.rich_text import heading, item, labelled, rich, without_hidden_data

ADDRESS_CHARACTERS = 4000
UNKNOWN_MEMBER = "membre inconnu"


@dataclass(frozen=True)
class CardText:
    """Writes the texts of an export's cards and records outcomes in the audit."""

    zone: ZoneInfo
    lookups: Lookups
    audit: ImportAudit
    # Comments of an earlier import, which a shortened history may lack, by card id.
    earlier: Mapping[str, list[str]]

    def pieces(self, card: TrelloCard, whole_title: str | None) -> list[str]:
        """Return the text of a card in pieces of HTML."""
        return [
            *labelled("Titre complet", whole_title or ""),
            *rich(self._description(card)),
            *self._facts(card),
            *chain.from_iterable(map(self._checklist, self.lookups.take_checklists(card))),
            *self._attachments(card.attachments),
            *self._comments(card),
        ]

    def _description(self, card: TrelloCard) -> str:
        text, hidden = without_hidden_data(card.desc)
        if hidden:
            self.audit.note(
                "Données que des Power-Ups cachaient dans la description\u00a0: laissées de côté", card.name
            )
        return text

    def _facts(self, card: TrelloCard) -> list[str]:
        due = f"{moment_in_words(card.due, self.zone)}{' (terminé)' if card.due_complete else ''}" if card.due else ""
        facts = [
            ("Étiquettes", self._labels(card)),
            ("Début", moment_in_words(card.start, self.zone) if card.start else ""),
            ("Échéance", due),
            ("Lieu", ", ".join(filter(None, (card.location_name, card.address)))),
            ("Membres", self._names(card.id_members)),
            ("Votes", self._names(card.id_members_voted)),
            *(self._custom_field(value) for value in card.custom_field_items),
            ("Modèle", "cette carte servait de modèle dans Trello" if card.is_template else ""),
        ]
        self.audit.add_outcome(ObjectKind.VOTES, "dans le texte des cartes", len(card.id_members_voted))
        return list(chain.from_iterable(labelled(label, text) for label, text in facts))

    def _labels(self, card: TrelloCard) -> str:
        words = []
        for label in self.lookups.labels_of(card):
            colour = colour_in_words(label.color) if label.color else ""
            name = join_lines(label.name)
            words.append(f"{name} ({colour})" if name and colour else name or colour or "sans nom")
        for unknown in self.lookups.unknown_labels(card):
            self.audit.note("Étiquettes que le fichier ne décrit pas", unknown)
        return ", ".join(words)

    def _names(self, member_ids: list[str]) -> str:
        return ", ".join(self.lookups.member_name(member_id) or UNKNOWN_MEMBER for member_id in member_ids)

    def _custom_field(self, value: CustomFieldItem) -> tuple[str, str]:
        text = self._custom_value(value)
        self.audit.add_outcome(ObjectKind.VALUES, "dans le texte des cartes" if text else "sans contenu")
        return self.lookups.field_name(value.id_custom_field), text

    def _custom_value(self, item: CustomFieldItem) -> str:
        value = item.value or self.lookups.option(item.id_custom_field, item.id_value)
        if value is None:
            return f"option inconnue ({item.id_value})" if item.id_value else ""
        if value.checked is not None:
            return "oui" if value.checked else "non"
        return value.text or value.number or (moment_in_words(value.date, self.zone) if value.date else "")

    def _checklist(self, checklist: Checklist) -> list[str]:
        items = in_order(checklist.check_items)
        done = sum(entry.state == "complete" for entry in items)
        self.audit.add_outcome(ObjectKind.CHECKLISTS, "dans le texte des cartes")
        self.audit.add_outcome(ObjectKind.CHECK_ITEMS, "dans le texte des cartes", len(items))
        title = f"{checklist.name.strip() or 'Checklist'} ({done}/{len(items)})"
        return [*heading(title), *chain.from_iterable(map(self._check_item, items))]

    def _check_item(self, entry: CheckItem) -> list[str]:
        due = f"échéance le {day_as_text(local(entry.due, self.zone).date())}" if entry.due else ""
        who = (self.lookups.member_name(entry.id_member) or UNKNOWN_MEMBER) if entry.id_member else ""
        asides = ", ".join(filter(None, (who, due)))
        return item(f"{entry.name}{f' ({asides})' if asides else ''}", "☑ " if entry.state == "complete" else "☐ ")

    def _attachments(self, attachments: list[Attachment]) -> list[str]:
        entries = chain.from_iterable(map(self._attachment, in_order(attachments)))
        return [*heading("Pièces jointes"), *entries] if attachments else []

    def _attachment(self, attachment: Attachment) -> list[str]:
        name, url = join_lines(attachment.name), attachment.url.strip()
        asides = ["fichier resté dans Trello"] if attachment.is_upload else []
        asides += [size_in_words(attachment.bytes)] if attachment.bytes else []
        asides += [day_as_text(local(attachment.date, self.zone).date())] if attachment.date else []
        aside = f" ({', '.join(asides)})" if asides else ""
        if not url.lower().startswith(("http://", "https://")) or len(url) > ADDRESS_CHARACTERS or " " in url:
            self.audit.add_outcome(
                ObjectKind.ATTACHMENTS,
                "citée sans lien (adresse absente ou refusée)|citées sans lien (adresse absente ou refusée)",
            )
            return item(f"{name} {url}{aside}" if name != url else f"{url}{aside}")
        self.audit.add_outcome(
            ObjectKind.ATTACHMENTS,
            "fichier resté dans Trello, cité par son lien|fichiers restés dans Trello, cités par leur lien"
            if attachment.is_upload
            else "lien repris|liens repris",
        )
        shown, *others = [html.escape(piece, quote=False) for piece in _cut(name or url)]
        link = f'<a href="{html.escape(url)}">{shown}</a>'
        return [f"<ul><li>{link}{''.join(others)}{aside}</li></ul>"]

    def _comments(self, card: TrelloCard) -> list[str]:
        comments = [self._comment(comment) for comment in self.lookups.take_comments(card.id)]
        kept = missing_comments(self.earlier.get(card.id or "", []), comments)
        for _comment in kept:
            self.audit.note("Commentaires d’un import précédent, absents de ce fichier\u00a0: conservés")
        blocks = [[block] for block in kept] + comments
        return [*heading("Commentaires"), *chain.from_iterable(blocks)] if blocks else []

    def _comment(self, comment: Action) -> list[str]:
        self.audit.add_outcome(
            ObjectKind.ACTIONS, "commentaire, dans le texte des cartes|commentaires, dans le texte des cartes"
        )
        author = self.lookups.author(comment) or "auteur inconnu"
        when = f"le {moment_in_words(comment.date, self.zone)}" if comment.date else "date inconnue"
        text = rich(comment.data.text if comment.data else "") or ["<p>(sans texte)</p>"]
        return [
            f"<p><strong>{html.escape(author, quote=False)}</strong>, {when}{NBSP}:</p>",
            *(f"<blockquote>{piece}</blockquote>" for piece in text),
        ]


def _cut(text: str) -> list[str]:
    return [text[start : start + 3000] for start in range(0, len(text), 3000)]
