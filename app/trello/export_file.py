"""Load an export file with bounded size, reporting each fault in French."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from config import KIB

SIZE_LIMIT = 100 * KIB * KIB

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class UnusableExport(ValueError):
    """The file cannot be imported; the message says why, in French."""


def read_bytes(path: Path, limit: int = SIZE_LIMIT) -> bytes:
    """Read a file of at most `limit` bytes. Raises UnusableExport."""
    try:
        size = path.stat().st_size
        if size > limit:
            raise _too_large(size, limit)
        with path.open("rb") as file:
            data = file.read(limit + 1)  # pipes report no size
    except OSError as error:
        raise UnusableExport(f"Impossible de lire {path}\u00a0: {error.strerror or error}.") from error
    if len(data) > limit:
        raise _too_large(len(data), limit)
    return data


def load_objects(data: bytes, kept: frozenset[str]) -> tuple[Any, int]:
    """Parse JSON, keeping the keys in `kept`; return it and the number of texts cleaned.

    Unused parts, most of an export, are dropped while parsing. Raises UnusableExport.
    """
    keeper = _Keeper(kept)
    value = _parse(_text(data), keeper.keep)
    return value, keeper.cleaned


class _Keeper:
    def __init__(self, kept: frozenset[str]) -> None:
        self.kept = kept
        self.cleaned = 0

    def keep(self, found: dict[str, Any]) -> dict[str, Any]:
        return {key: self._clean(value) for key, value in found.items() if key in self.kept}

    def _clean(self, value: Any) -> Any:
        if not isinstance(value, str) or not _UNFIT.search(value):
            return value
        self.cleaned += 1
        return _UNFIT.sub("", _SURROGATE.sub("\ufffd", value))


def _text(data: bytes) -> str:
    if not data.strip():
        raise UnusableExport("Ce fichier est vide.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnusableExport(
            "Ce fichier n’est pas un export JSON de Trello\u00a0: ce n’est pas du texte UTF-8 "
            "(image, archive, tableur\u202f?)."
        ) from error


def _parse(text: str, keep: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    try:
        return json.loads(text, object_hook=keep, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise UnusableExport(_syntax_message(text, error)) from error
    except RecursionError as error:
        raise UnusableExport(
            "Ce fichier n’est pas un export de Trello\u00a0: ses éléments sont imbriqués trop profondément."
        ) from error
    except UnusableExport:
        raise
    except ValueError as error:  # an integer of more than 4,300 digits
        raise UnusableExport("Ce fichier contient un nombre démesuré\u00a0: il n’est pas lisible.") from error


def _refuse(constant: str) -> NoReturn:
    raise UnusableExport(
        f"Ce fichier n’est pas du JSON valable\u00a0: il contient la valeur {constant}, que la norme ne permet pas."
    )


def _syntax_message(text: str, error: json.JSONDecodeError) -> str:
    if text.lstrip()[:1] not in ("{", "["):
        return (
            "Ce fichier n’est pas du JSON. Dans Trello, menu du tableau\u00a0: imprimer et exporter, "
            "puis exporter en JSON."
        )
    if _is_cut(text.rstrip(), error):
        return "Ce fichier est coupé\u00a0: la fin manque. Téléchargez l’export à nouveau."
    return f"Ce fichier n’est pas du JSON valable\u00a0: ligne {error.lineno}, caractère {error.colno}."


def _is_cut(text: str, error: json.JSONDecodeError) -> bool:
    """Return True if the error lies within an unfinished token at the end."""
    at_the_end = error.pos >= len(text) or (error.pos >= len(text) - 6 and text[-1] not in "}]")
    return error.msg.startswith("Unterminated") or at_the_end


def _too_large(size: int, limit: int) -> UnusableExport:
    megabytes = 1024 * KIB
    return UnusableExport(
        f"Ce fichier est trop volumineux\u00a0: {size // megabytes} Mo, pour {limit // megabytes} Mo au plus."
    )
