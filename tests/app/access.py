"""Access table used by the access tests; new routes, events and commands must be added here."""

from __future__ import annotations

from enum import Enum
from typing import Any


class Verdict(Enum):
    """Outcome of a request, independent of its wording."""

    ALLOWED = "allowed"  # carried out, or refused for another reason: a form left empty, a card archived already
    SIGN_IN = "asked to sign in"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"


A, S, F, N = Verdict.ALLOWED, Verdict.SIGN_IN, Verdict.FORBIDDEN, Verdict.NOT_FOUND

ROLES = ("facilitator", "agent", "reader", "stranger")
# Columns: of the agent's own service, of another service, one that only facilitators see, one that does not exist.
TARGETS = ("own", "other", "hidden", "absent")


class Access(Enum):
    """Expected outcomes by role and target, for each kind of entry point."""

    ANYBODY = "anybody"
    NOBODY = "nobody"
    SIGNED_IN = "whoever is signed in"
    OWNERS = "whoever is signed in, to no effect on what is not theirs"
    FACILITATORS = "facilitators only"
    FACILITATORS_OF_A_COLUMN = "facilitators, of a column that exists"
    READERS_OF_A_COLUMN = "whoever may read the column"
    EDITORS_OF_A_COLUMN = "whoever may edit in the column"
    HANDERS_OF_A_COLUMN = "agents and facilitators who may read the column"
    COMMENTERS_OF_A_COLUMN = "whoever may comment in the column"
    MOVERS_INTO_A_COLUMN = "whoever may edit at both ends"
    ARRANGERS_OF_A_COLUMN = "facilitators; others are not told what they may not see"


MEETS: dict[Access, dict[str, tuple[Verdict, Verdict, Verdict, Verdict]]] = {
    Access.ANYBODY: dict.fromkeys(ROLES, (A, A, A, A)),
    Access.NOBODY: dict.fromkeys(ROLES, (N, N, N, N)),
    Access.SIGNED_IN: {**dict.fromkeys(ROLES, (A, A, A, A)), "stranger": (S, S, S, S)},
    Access.OWNERS: {**dict.fromkeys(ROLES, (A, A, A, A)), "stranger": (S, S, S, S)},
    Access.FACILITATORS: {
        "facilitator": (A, A, A, A),
        "agent": (F, F, F, F),
        "reader": (F, F, F, F),
        "stranger": (S, S, S, S),
    },
    Access.FACILITATORS_OF_A_COLUMN: {
        "facilitator": (A, A, A, N),
        "agent": (F, F, F, F),
        "reader": (F, F, F, F),
        "stranger": (S, S, S, S),
    },
    Access.READERS_OF_A_COLUMN: {
        "facilitator": (A, A, A, N),
        "agent": (A, A, N, N),
        "reader": (A, A, N, N),
        "stranger": (S, S, S, S),
    },
    Access.EDITORS_OF_A_COLUMN: {
        "facilitator": (A, A, A, N),
        "agent": (A, F, N, N),
        "reader": (F, F, N, N),
        "stranger": (S, S, S, S),
    },
    Access.COMMENTERS_OF_A_COLUMN: {
        "facilitator": (A, A, A, N),
        "agent": (A, A, N, N),
        "reader": (F, F, N, N),
        "stranger": (S, S, S, S),
    },
    Access.HANDERS_OF_A_COLUMN: {
        "facilitator": (A, A, A, N),
        "agent": (A, A, N, N),
        "reader": (F, F, N, N),
        "stranger": (S, S, S, S),
    },
    Access.MOVERS_INTO_A_COLUMN: {
        "facilitator": (A, A, A, N),
        "agent": (A, F, N, N),
        "reader": (F, F, F, F),
        "stranger": (S, S, S, S),
    },
    Access.ARRANGERS_OF_A_COLUMN: {
        "facilitator": (A, A, A, N),
        "agent": (F, F, N, N),
        "reader": (F, F, N, N),
        "stranger": (S, S, S, S),
    },
}

ROUTES: dict[tuple[str, str], Access] = {
    ("GET", "/"): Access.SIGNED_IN,
    ("GET", "/api/boards/<slug>"): Access.SIGNED_IN,
    ("GET", "/boards/<slug>"): Access.SIGNED_IN,
    ("GET", "/boards/<slug>/archive"): Access.SIGNED_IN,
    ("GET", "/boards/<slug>/history"): Access.SIGNED_IN,
    ("POST", "/boards/<slug>/undo"): Access.SIGNED_IN,  # as the command undo_change
    ("GET", "/cards/<int:card_id>/history"): Access.READERS_OF_A_COLUMN,
    ("POST", "/cards/<int:card_id>/text"): Access.READERS_OF_A_COLUMN,  # as the command restore_text
    ("GET", "/boards/<slug>/past"): Access.SIGNED_IN,
    ("GET", "/boards/<slug>/past/<int:seq>/cards/<int:card_id>"): Access.READERS_OF_A_COLUMN,
    ("GET", "/boards/<slug>/archive/cards/<int:card_id>/erase"): Access.FACILITATORS_OF_A_COLUMN,
    ("POST", "/boards/<slug>/archive/cards/<int:card_id>/erase"): Access.FACILITATORS_OF_A_COLUMN,
    ("GET", "/boards/<slug>/archive/columns/<int:column_id>/erase"): Access.FACILITATORS_OF_A_COLUMN,
    ("POST", "/boards/<slug>/archive/columns/<int:column_id>/erase"): Access.FACILITATORS_OF_A_COLUMN,
    ("GET", "/search"): Access.SIGNED_IN,
    ("GET", "/api/boards/<slug>/search"): Access.SIGNED_IN,
    ("POST", "/search/in-vain"): Access.SIGNED_IN,
    ("GET", "/boards/<slug>/searches"): Access.FACILITATORS,
    ("POST", "/boards/<slug>/commands"): Access.SIGNED_IN,  # each command has its own row below
    ("PUT", "/boards/<slug>/folds/<int:column_id>"): Access.READERS_OF_A_COLUMN,
    ("PUT", "/boards/<slug>/placements/<int:column_id>"): Access.READERS_OF_A_COLUMN,
    ("DELETE", "/boards/<slug>/placements"): Access.SIGNED_IN,
    ("GET", "/cards/<int:card_id>"): Access.READERS_OF_A_COLUMN,
    ("PUT", "/cards/<int:card_id>/noticed"): Access.READERS_OF_A_COLUMN,
    ("GET", "/cards/<int:card_id>/counter"): Access.READERS_OF_A_COLUMN,
    ("GET", "/cards/<int:card_id>/sheet"): Access.READERS_OF_A_COLUMN,
    ("POST", "/cards/<int:card_id>/sheet/printed"): Access.READERS_OF_A_COLUMN,
    ("POST", "/cards/<int:card_id>/sheet.pdf"): Access.READERS_OF_A_COLUMN,
    ("POST", "/cards/<int:card_id>/public-link"): Access.HANDERS_OF_A_COLUMN,
    ("POST", "/cards/<int:card_id>/public-link/revoke"): Access.EDITORS_OF_A_COLUMN,
    ("GET", "/cards/<int:card_id>/send"): Access.HANDERS_OF_A_COLUMN,
    ("POST", "/cards/<int:card_id>/send"): Access.HANDERS_OF_A_COLUMN,
    ("GET", "/p/<token>"): Access.ANYBODY,
    ("GET", "/boards/<slug>/suggestions"): Access.SIGNED_IN,
    ("GET", "/boards/<slug>/to-check"): Access.SIGNED_IN,
    ("POST", "/boards/<slug>/to-check"): Access.OWNERS,
    ("GET", "/notices"): Access.SIGNED_IN,
    ("POST", "/notices/read"): Access.SIGNED_IN,
    ("PUT", "/cards/<int:card_id>/seen"): Access.READERS_OF_A_COLUMN,
    ("DELETE", "/cards/<int:card_id>/seen"): Access.READERS_OF_A_COLUMN,
    ("PUT", "/boards/<slug>/columns/<int:column_id>/seen"): Access.READERS_OF_A_COLUMN,
    ("PUT", "/boards/<slug>/seen"): Access.SIGNED_IN,
    ("PUT", "/boards/<slug>/progress"): Access.SIGNED_IN,
    ("GET", "/boards/<slug>/news"): Access.SIGNED_IN,
    ("POST", "/boards/<slug>/news"): Access.SIGNED_IN,
    ("PUT", "/cards/<int:card_id>/read"): Access.READERS_OF_A_COLUMN,
    ("POST", "/cards/<int:card_id>/read"): Access.READERS_OF_A_COLUMN,
    ("PUT", "/boards/<slug>/filters"): Access.SIGNED_IN,
    ("DELETE", "/boards/<slug>/filters"): Access.SIGNED_IN,
    ("GET", "/boards/<slug>/labels"): Access.FACILITATORS,
    ("POST", "/boards/<slug>/labels/<int:label_id>"): Access.FACILITATORS,
    ("POST", "/boards/<slug>/labels/<int:label_id>/merge"): Access.FACILITATORS,
    ("POST", "/boards/<slug>/labels/<int:label_id>/remove"): Access.FACILITATORS,
    ("GET", "/boards/<slug>/guide"): Access.SIGNED_IN,
    ("GET", "/boards/<slug>/guide/reads"): Access.FACILITATORS,
    ("GET", "/api/openapi.json"): Access.ANYBODY,
    ("GET", "/healthz"): Access.ANYBODY,
    ("GET", "/readyz"): Access.ANYBODY,
    ("GET", "/metrics"): Access.NOBODY,  # but the networks of METRICS_FROM
    ("GET", "/sign-in"): Access.ANYBODY,
    ("POST", "/sign-in"): Access.ANYBODY,
    ("POST", "/sign-out"): Access.ANYBODY,
    ("GET", "/sign-in/oidc"): Access.ANYBODY,
    ("GET", "/sign-in/oidc/callback"): Access.ANYBODY,
    ("GET", "/forgotten-password"): Access.ANYBODY,
    ("POST", "/forgotten-password"): Access.ANYBODY,
    ("GET", "/invitation/<token>"): Access.ANYBODY,
    ("POST", "/invitation/<token>"): Access.ANYBODY,
    ("GET", "/password/<token>"): Access.ANYBODY,
    ("POST", "/password/<token>"): Access.ANYBODY,
    ("GET", "/setup"): Access.ANYBODY,
    ("POST", "/setup"): Access.ANYBODY,
    ("GET", "/log"): Access.FACILITATORS,
    ("GET", "/log.csv"): Access.FACILITATORS,
    ("GET", "/people"): Access.FACILITATORS,
    ("GET", "/people/new"): Access.FACILITATORS,
    ("POST", "/people/new"): Access.FACILITATORS,
    ("GET", "/people/import"): Access.FACILITATORS,
    ("POST", "/people/import"): Access.FACILITATORS,
    ("POST", "/people/import/confirm"): Access.FACILITATORS,
    ("GET", "/people/invitations"): Access.FACILITATORS,
    ("POST", "/people/invitations"): Access.FACILITATORS,
    ("GET", "/people/<int:person_id>"): Access.FACILITATORS,
    ("POST", "/people/<int:person_id>"): Access.FACILITATORS,
    ("POST", "/people/<int:person_id>/disable"): Access.FACILITATORS,
    ("POST", "/people/<int:person_id>/enable"): Access.FACILITATORS,
    ("GET", "/people/<int:person_id>/erase"): Access.FACILITATORS,
    ("POST", "/people/<int:person_id>/erase"): Access.FACILITATORS,
    ("POST", "/people/<int:person_id>/invitation"): Access.FACILITATORS,
    ("POST", "/people/<int:person_id>/password-link"): Access.FACILITATORS,
    ("POST", "/people/<int:person_id>/sign-out"): Access.FACILITATORS,
    ("GET", "/rights"): Access.FACILITATORS,
    ("GET", "/rights/<int:column_id>"): Access.FACILITATORS_OF_A_COLUMN,
    ("POST", "/rights/<int:column_id>"): Access.FACILITATORS_OF_A_COLUMN,
    ("GET", "/boards"): Access.FACILITATORS,
    ("GET", "/town"): Access.FACILITATORS,
    ("POST", "/town"): Access.FACILITATORS,
    ("GET", "/town/boards/new"): Access.FACILITATORS,
    ("POST", "/town/boards/new"): Access.FACILITATORS,
    ("GET", "/town/boards/<int:board_id>"): Access.FACILITATORS,
    ("POST", "/town/boards/<int:board_id>"): Access.FACILITATORS,
    ("POST", "/town/boards/<int:board_id>/move"): Access.FACILITATORS,
    ("POST", "/town/boards/<int:board_id>/default"): Access.FACILITATORS,
    ("POST", "/town/boards/<int:board_id>/archive"): Access.FACILITATORS,
    ("POST", "/town/boards/<int:board_id>/restore"): Access.FACILITATORS,
    ("POST", "/town/boards/<int:board_id>/template"): Access.FACILITATORS,
    ("GET", "/town/boards/<int:board_id>/template.json"): Access.FACILITATORS,
    ("GET", "/town/templates"): Access.FACILITATORS,
    ("POST", "/town/templates"): Access.FACILITATORS,
    ("GET", "/town/templates/shipped.json"): Access.FACILITATORS,
    ("GET", "/town/templates/<int:template_id>.json"): Access.FACILITATORS,
    ("POST", "/town/templates/<int:template_id>/delete"): Access.FACILITATORS,
    ("GET", "/services"): Access.FACILITATORS,
    ("GET", "/services/<int:service_id>"): Access.SIGNED_IN,
    ("POST", "/services/<int:service_id>/archive"): Access.FACILITATORS,
    ("GET", "/services/<int:service_id>/edit"): Access.FACILITATORS,
    ("POST", "/services/<int:service_id>/edit"): Access.FACILITATORS,
    ("GET", "/services/<int:service_id>/merge"): Access.FACILITATORS,
    ("POST", "/services/<int:service_id>/merge"): Access.FACILITATORS,
    ("POST", "/services/<int:service_id>/restore"): Access.FACILITATORS,
    ("GET", "/services/new"): Access.FACILITATORS,
    ("POST", "/services/new"): Access.FACILITATORS,
    ("GET", "/people/<int:person_id>/photo"): Access.SIGNED_IN,
    ("GET", "/profile"): Access.SIGNED_IN,
    ("POST", "/profile"): Access.SIGNED_IN,
    ("GET", "/profile/alerts"): Access.SIGNED_IN,
    ("POST", "/profile/alerts"): Access.SIGNED_IN,
    ("GET", "/mails/<token>/stop"): Access.ANYBODY,
    ("POST", "/mails/<token>/stop"): Access.ANYBODY,
    ("GET", "/profile/data"): Access.SIGNED_IN,
    ("POST", "/profile/looks"): Access.SIGNED_IN,
    ("PUT", "/profile/theme"): Access.SIGNED_IN,
    ("PUT", "/profile/welcomed"): Access.SIGNED_IN,
    ("POST", "/profile/password"): Access.SIGNED_IN,
    ("POST", "/profile/photo"): Access.SIGNED_IN,
    ("POST", "/profile/photo/remove"): Access.SIGNED_IN,
    ("POST", "/profile/sign-ins/<int:sign_in_id>/end"): Access.OWNERS,
    ("POST", "/profile/sign-ins/end-others"): Access.SIGNED_IN,
    ("POST", "/profile/tokens"): Access.SIGNED_IN,
    ("POST", "/profile/tokens/<int:token_id>/revoke"): Access.OWNERS,
}

# Each command with what it is told besides `column` or `card` of the target.
COMMANDS: dict[str, tuple[Access, dict[str, Any]]] = {
    "add_card": (Access.EDITORS_OF_A_COLUMN, {"column": "target", "title": "Info"}),
    "edit_card": (Access.EDITORS_OF_A_COLUMN, {"card": "target", "version": 1, "title": "Autre titre"}),
    "move_card": (Access.EDITORS_OF_A_COLUMN, {"card": "target", "column": "free"}),
    "move_cards": (Access.EDITORS_OF_A_COLUMN, {"cards": ["target"], "column": "free"}),
    "archive_cards": (Access.EDITORS_OF_A_COLUMN, {"cards": ["target"]}),
    "archive_card": (Access.EDITORS_OF_A_COLUMN, {"card": "target"}),
    "restore_card": (Access.EDITORS_OF_A_COLUMN, {"card": "archived"}),
    "confirm_card": (Access.EDITORS_OF_A_COLUMN, {"card": "target"}),
    "add_column": (Access.FACILITATORS, {"title": "Colonne", "kind": "free"}),
    "edit_column": (Access.ARRANGERS_OF_A_COLUMN, {"column": "target", "title": "Autre titre"}),
    "move_column": (Access.ARRANGERS_OF_A_COLUMN, {"column": "target", "after": None}),
    "archive_column": (Access.ARRANGERS_OF_A_COLUMN, {"column": "target"}),
    "merge_column": (Access.ARRANGERS_OF_A_COLUMN, {"column": "target", "into": "free"}),
    "split_column": (Access.ARRANGERS_OF_A_COLUMN, {"column": "target", "cards": ["target"], "title": "Colonne"}),
    "restore_column": (Access.ARRANGERS_OF_A_COLUMN, {"column": "target"}),
    "edit_board": (Access.FACILITATORS, {"title": "Autre titre"}),
    "archive_board": (Access.FACILITATORS, {}),
    "restore_board": (Access.FACILITATORS, {}),
    "restore_text": (Access.EDITORS_OF_A_COLUMN, {"card": "target", "version": 1, "seq": "target"}),
    "erase_card": (Access.ARRANGERS_OF_A_COLUMN, {"card": "archived"}),
    "erase_column": (Access.ARRANGERS_OF_A_COLUMN, {"column": "target"}),
    "set_suggestion": (Access.EDITORS_OF_A_COLUMN, {"card": "target", "suggestion": "improvement"}),
    "set_status": (Access.EDITORS_OF_A_COLUMN, {"card": "target", "status": "studied"}),
    "publish_answer": (Access.EDITORS_OF_A_COLUMN, {"card": "target", "column": "free", "title": "Réponse"}),
    "vote_card": (Access.COMMENTERS_OF_A_COLUMN, {"card": "target", "on": True}),
    "reply": (Access.COMMENTERS_OF_A_COLUMN, {"card": "target", "text": "D’accord"}),
    "withdraw_reply": (Access.ARRANGERS_OF_A_COLUMN, {"reply": "target"}),  # somebody else's
    "set_labels": (Access.EDITORS_OF_A_COLUMN, {"card": "target", "labels": ["Urgent"]}),
    "edit_label": (Access.FACILITATORS_OF_A_COLUMN, {"label": "target", "hue": 20}),
    "merge_labels": (Access.FACILITATORS_OF_A_COLUMN, {"label": "target", "into": "label"}),
    "remove_label": (Access.FACILITATORS_OF_A_COLUMN, {"label": "target"}),
    "undo_change": (Access.EDITORS_OF_A_COLUMN, {"seq": "target"}),
    "require_reading": (Access.EDITORS_OF_A_COLUMN, {"card": "target", "required": True}),  # of a rule: facilitators
    "flash_card": (Access.EDITORS_OF_A_COLUMN, {"card": "target", "on": True}),
    "set_rights": (Access.ARRANGERS_OF_A_COLUMN, {"column": "target", "readers": "comment"}),
}
# The same command towards each target, from the free column, where agents edit and readers read.
MOVE_INTO = (Access.MOVERS_INTO_A_COLUMN, {"card": "mine", "column": "target"})

EVENTS: dict[str, Access] = {
    "connect": Access.SIGNED_IN,
    "disconnect": Access.ANYBODY,
    "join": Access.SIGNED_IN,  # in somebody's place: see LOOKING_AS
    "command": Access.SIGNED_IN,  # each command has its own row
    "typing": Access.READERS_OF_A_COLUMN,
}
LOOKING_AS = Access.FACILITATORS


def meets(access: Access, role: str, target: str) -> Verdict:
    return MEETS[access][role][TARGETS.index(target)]
