"""Read a page’s filters from its address and word those that had to be ignored."""

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
    """Return the filters in this page’s address, and sentences on those that were ignored."""
    filters, wrong = read_filters(request.args.to_dict(flat=False))
    services = {column.service_id for column in columns if column.service_id is not None}
    filters, gone = filters.known(services=services, labels=filters.label)
    return filters, left_out_in_words([*wrong, *gone])


def left_out_in_words(wrong: Iterable[FieldError]) -> list[str]:
    """Return sentences on the filters that were ignored; none when there are none."""
    names = ", ".join(
        str(FIELD_WORDS[name]) for name in dict.fromkeys(error.field for error in wrong) if name in FIELD_WORDS
    )
    return (
        [_("Filtre laissé de côté, sa valeur n’existe pas ou n’existe plus : %(names)s.", names=names)] if names else []
    )
