"""The facts of a log entry in words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

_NAMES = {
    "boards": _l("tableaux"),
    "by": _l("par"),
    "changed": _l("modifiés"),
    "code": _l("code"),
    "created": _l("créés"),
    "detail": _l("détail"),
    "email": _l("adresse"),
    "entries": _l("entrées"),
    "fields": _l("champs"),
    "how": _l("par"),
    "issuer": _l("fournisseur"),
    "name": _l("nom"),
    "people": _l("agents"),
    "reason": _l("raison"),
    "renamed": _l("renommé"),
    "rights": _l("droits"),
    "role": _l("rôle"),
    "scope": _l("portée"),
    "services": _l("services"),
    "unchanged": _l("inchangés"),
}
# Numbers of rows, which say nothing to people.
_UNSAID = {"person", "column"}


def facts_in_words(facts: dict[str, Any]) -> str:
    """« rôle : agent → lecteur · services : ccas »."""
    if isinstance(changed := facts.get("changed"), dict):
        return " · ".join(f"{_name(field)}\u00a0: {_value(before)} → {_value(after)}" for field, (before, after) in changed.items())
    return " · ".join(
        f"{_name(name)}\u00a0: {_value(value)}" for name, value in facts.items() if name not in _UNSAID and value not in ("", [], None)
    )


def _name(name: str) -> str:
    return str(_NAMES.get(name, name))


def _value(value: Any) -> str:
    match value:
        case dict():
            return ", ".join(f"{_name(name)} {_value(item)}" for name, item in value.items()) or "—"
        case list():
            return ", ".join(map(_value, value)) or "—"
        case _:
            return str(value) or "—"
