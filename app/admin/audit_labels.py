"""Word the facts of an audit entry."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

_NAMES = {
    "address": _l("adresse postale"),
    "agents": _l("agents"),
    "boards": _l("tableaux"),
    "browser": _l("navigateur"),
    "by": _l("par"),
    "card": _l("info n°"),
    "change": _l("modification n°"),
    "changed": _l("modifiés"),
    "code": _l("code"),
    "columns": _l("colonnes"),
    "contact": _l("contact"),
    "count": _l("nombre"),
    "created": _l("créés"),
    "description": _l("missions"),
    "detail": _l("détail"),
    "email": _l("adresse"),
    "entries": _l("entrées"),
    "fields": _l("champs"),
    "hours": _l("horaires"),
    "hue": _l("couleur"),
    "issuer": _l("fournisseur"),
    "name": _l("nom"),
    "people": _l("agents"),
    "readers": _l("lecteurs"),
    "reason": _l("raison"),
    "renamed": _l("renommé"),
    "rights": _l("droits"),
    "role": _l("rôle"),
    "scope": _l("portée"),
    "services": _l("services"),
    "template": _l("modèle"),
    "unchanged": _l("inchangés"),
}
_VALUES = {
    "password": _l("mot de passe"),
    "oidc": "OpenID Connect",
    "ldap": _l("annuaire LDAP"),
    "facilitator": _l("animateur"),
    "agent": _l("agent"),
    "reader": _l("lecteur"),
    "read": _l("lecture"),
    "write": _l("écriture"),
    "comment": _l("commentaire"),
    "contribute": _l("contribution"),
    "edit": _l("modification"),
    "none": _l("aucun"),
    "unknown": _l("inconnu"),
    "used": _l("déjà utilisé"),
    "expired": _l("périmé"),
    "disabled": _l("compte désactivé"),
}
# Ids, which mean nothing to people.
_HIDDEN_FACTS = {"person", "column"}


def facts_as_text(facts: dict[str, Any]) -> str:
    """Word facts in one line: « rôle : agent → lecteur · services : ccas »."""
    if isinstance(changed := facts.get("changed"), dict):
        return " · ".join(
            _fact(field, f"{_value(before)} → {_value(after)}") for field, (before, after) in changed.items()
        )
    return " · ".join(
        _fact(name, _value(value))
        for name, value in facts.items()
        if name not in _HIDDEN_FACTS and value not in ("", [], None)
    )


def _fact(name: str, words: str) -> str:
    fact: str = _("%(name)s : %(value)s", name=_name(name), value=words)
    return fact


def _name(name: str) -> str:
    return str(_NAMES.get(name, name))


def _value(value: Any) -> str:
    match value:
        case dict():
            return ", ".join(f"{_name(name)} {_value(item)}" for name, item in value.items()) or "—"
        case list():
            return (
                ", ".join(_name(item) if isinstance(item, str) and item in _NAMES else _value(item) for item in value)
                or "—"
            )
        case _:
            return str(_VALUES.get(str(value), value)) or "—"
