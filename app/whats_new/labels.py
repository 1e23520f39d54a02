"""Word what happened to a card since a person’s last visit."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

NEWS_LABELS = {
    "new": _l("Nouvelle"),
    "back": _l("De retour"),
    "changed": _l("Modifiée"),
    "answered": _l("Réponse donnée"),
    "set_back": _l("Remise à lire"),
    "expired": _l("Expirée"),
    "ends_today": _l("Dernier jour"),
}
