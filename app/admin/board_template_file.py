"""Read and write board templates as files; explain what is wrong with one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.web import json as strict_json
from app.web.problems import field_message
from boards.board_templates import FORMAT, TEMPLATE_MAX_BYTES, Template, parse_template
from boards.errors import FieldError, Invalid

SHIPPED_TEMPLATE_FILE = Path(__file__).with_name("accueil_d_une_ville.json")
TOLD_AT_MOST = 8

_FIELDS = {
    "title": _l("titre"),
    "kind": _l("nature"),
    "hue": _l("couleur"),
    "service": _l("service"),
    "name": _l("nom"),
    "rights": _l("droits"),
    "agents": _l("agents"),
    "readers": _l("lecteurs"),
    "services": _l("services"),
    "columns": _l("colonnes"),
    "cards": _l("infos"),
    "body": _l("texte"),
}


class UnusableTemplate(ValueError):
    """An unusable template file; the sentences explain where and why."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@cache
def shipped_template() -> Template:
    """Return the shipped template « Accueil d’une ville »."""
    return read_template(SHIPPED_TEMPLATE_FILE.read_bytes())


def read_template(data: bytes) -> Template:
    """Parse a template file. Raises UnusableTemplate."""
    if len(data) > TEMPLATE_MAX_BYTES:
        raise UnusableTemplate(
            _("Ce fichier est trop volumineux pour un modèle (au plus %(limit)s Ko).", limit=TEMPLATE_MAX_BYTES // 1024)
        )
    try:
        value = strict_json.loads(data.decode("utf-8-sig"), unique_keys=True)
    except UnicodeDecodeError as error:
        raise UnusableTemplate(
            _("Ce fichier n’est pas un texte en UTF-8 : choisissez un modèle exporté par Flash News.")
        ) from error
    except strict_json.Malformed as error:
        raise UnusableTemplate(
            _("Ce fichier n’est pas du JSON valable : choisissez un modèle exporté par Flash News.")
        ) from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise UnusableTemplate(_("Ce fichier n’est pas un modèle de tableau de Flash News."))
    try:
        return parse_template(value)
    except Invalid as invalid:
        raise UnusableTemplate(*sentences_on(invalid.errors)) from invalid


def write_template(template: Template) -> str:
    """Serialize a template to the file format of `read_template`."""
    return strict_json.dumps(template.content())


def sentences_on(errors: list[FieldError]) -> list[str]:
    """Word errors with their place: « Colonne 3, info 2, titre : ce texte est trop long… »."""
    sentences = [_sentence(error) for error in errors[:TOLD_AT_MOST]]
    return [*sentences, _("… et d’autres erreurs encore.")] if len(errors) > TOLD_AT_MOST else sentences


def _sentence(error: FieldError) -> str:
    if error.field == "version":
        return str(_("Ce modèle est d’une version que ce Flash News ne connaît pas."))
    message = field_message(error.code, error.facts)
    place = _place(error.field.split("."))
    return (
        str(_("%(place)s : %(message)s", place=place[0].upper() + place[1:], message=message[0].lower() + message[1:]))
        if place
        else message
    )


def _place(steps: list[str]) -> str:
    """Word a path: « colonne 3, info 2, titre » for columns.2.cards.1.title."""
    words: list[str] = []
    for before, step in zip([None, *steps], steps, strict=False):
        if step.isdecimal() and before in ("columns", "cards"):
            number = int(step) + 1
            words[-1] = (
                _("colonne %(number)s", number=number) if before == "columns" else _("info %(number)s", number=number)
            )
        elif step and step != "[key]":
            words.append(str(_FIELDS.get(step, f"«\u202f{step[:40]}\u202f»")))
    return ", ".join(words)
