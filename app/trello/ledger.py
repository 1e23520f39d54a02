"""The books of an import: for each kind of object, how many the file holds and what became of every one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Of(StrEnum):
    """The kinds of object that an export holds; the value is how the report names them."""

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
class Account:
    """What became of the objects, in words; « one|many » where they vary with the number."""

    found: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    details: Counter[str] = field(default_factory=Counter)

    @property
    def balanced(self) -> bool:
        return self.found == self.outcomes.total()


@dataclass
class Ledger:
    accounts: dict[Of, Account] = field(default_factory=lambda: {kind: Account() for kind in Of})
    # Worth a person's attention: what, how often, and which ones.
    notes: dict[str, list[str]] = field(default_factory=dict)

    def find(self, kind: Of, count: int) -> None:
        """The file holds these."""
        self.accounts[kind].found += count

    def settle(self, kind: Of, outcome: str, count: int = 1) -> None:
        """This is what became of them: exactly one outcome for each."""
        if count:
            self.accounts[kind].outcomes[outcome] += count

    def detail(self, kind: Of, what: str, count: int = 1) -> None:
        """Something said of some of them besides."""
        if count:
            self.accounts[kind].details[what] += count

    def note(self, what: str, which: str = "") -> None:
        self.notes.setdefault(what, []).append(which)
