"""Filters of a page's address, and what of them had to be left out, in words."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from boards.errors import FieldError
from boards.filters.criteria import Filters, read_filters
from boards.models import Column

FIELD_WORDS = {
    "q": _l("Mots"),
    "service": _l("Service"),
    "label": _l("Étiquettes"),
    "fresh": _l("Fraîcheur"),
    "kind": _l("Colonnes"),
    "period": _l("Nouvelles ou modifiées"),
    "mine": _l("Mes infos"),
    "unread": _l("Non lues"),
}


def filters_of_page(columns: Iterable[Column]) -> tuple[Filters, list[str]]:
    """What the address of this page asks for among these columns, and what is to be said of the rest. Labels are for the cards to know."""
    filters, wrong = read_filters(request.args.to_dict(flat=False))
    services = {column.service_id for column in columns if column.service_id is not None}
    filters, gone = filters.known(services=services, labels=filters.label)
    return filters, left_out_in_words([*wrong, *gone])


def left_out_in_words(wrong: Iterable[FieldError]) -> list[str]:
    names = ", ".join(
        str(FIELD_WORDS[name]) for name in dict.fromkeys(error.field for error in wrong) if name in FIELD_WORDS
    )
    return (
        [_("Filtre laissé de côté, sa valeur n’existe pas ou n’existe plus : %(names)s.", names=names)] if names else []
    )
