"""Parse a CSV of people: common delimiters, French or English headings, UTF-8 or Windows-1252."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext as _

from app.accounts.directory import plain_text_key
from config import KIB

LINES_AT_MOST = 2000
CSV_MAX_BYTES = 400 * KIB
_DELIMITERS = (";", ",", "\t")


class UnusableFile(ValueError):
    """An unusable file; the message explains it in French."""


class Heading(StrEnum):
    """Column of the file."""

    NAME = "name"
    FIRST_NAME = "first_name"
    EMAIL = "email"
    SERVICES = "services"
    ROLE = "role"


_HEADINGS = {
    Heading.NAME: {
        "nom",
        "name",
        "nomcomplet",
        "fullname",
        "nometprenom",
        "prenomnom",
        "prenometnom",
        "nomprenom",
        "agent",
        "lastname",
    },
    Heading.FIRST_NAME: {"prenom", "firstname"},
    Heading.EMAIL: {
        "email",
        "mail",
        "courriel",
        "adresse",
        "adressemail",
        "adresseemail",
        "adressedemessagerie",
        "messagerie",
        "emailaddress",
    },
    Heading.SERVICES: {"service", "services"},
    Heading.ROLE: {"role", "roles", "profil", "droits"},
}


@dataclass(frozen=True)
class Row:
    """One line of the file; None for a missing column or an empty cell."""

    number: int
    name: str | None
    email: str | None
    services: str | None
    role: str | None
    too_many_cells: bool = False


@dataclass(frozen=True)
class PeopleFile:
    """The parsed rows, and the unknown headings."""

    rows: list[Row]
    ignored: list[str]  # unknown headings


def decode_csv(data: bytes) -> str:
    """Decode the file's bytes. Raises UnusableFile."""
    if len(data) > CSV_MAX_BYTES:
        raise UnusableFile(
            _("Ce fichier est trop lourd (%(limit)s Ko au plus). Coupez-le en plusieurs.", limit=CSV_MAX_BYTES // KIB)
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnusableFile(_("Ce fichier est en UTF-16 : enregistrez-le en « CSV UTF-8 »."))
    if b"\x00" in data or data.startswith(b"PK\x03\x04"):
        raise UnusableFile(
            _("Ce n’est pas un fichier CSV. Dans le tableur, choisissez « Enregistrer sous », puis « CSV ».")
        )
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnusableFile(_("Ce fichier n’est ni en UTF-8 ni en Windows-1252 : enregistrez-le en « CSV UTF-8 »."))


def parse_people_csv(text: str) -> PeopleFile:
    """Parse the text into rows. Raises UnusableFile."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\x00" in text:
        raise UnusableFile(
            _("Ce n’est pas un fichier CSV. Dans le tableur, choisissez « Enregistrer sous », puis « CSV ».")
        )
    if len(text.encode(errors="replace")) > CSV_MAX_BYTES:
        raise UnusableFile(
            _("Ce fichier est trop lourd (%(limit)s Ko au plus). Coupez-le en plusieurs.", limit=CSV_MAX_BYTES // KIB)
        )
    if not text.strip():
        raise UnusableFile(_("Le fichier est vide."))
    delimiter, places, ignored = _read_header(text)
    rows: list[Row] = []
    for number, cells in _lines(text, delimiter):
        if len(rows) == LINES_AT_MOST:
            raise UnusableFile(_("Ce fichier a plus de %(limit)s lignes. Coupez-le en plusieurs.", limit=LINES_AT_MOST))
        rows.append(_row(number, cells, places))
    if not rows:
        raise UnusableFile(_("Le fichier n’a que sa ligne d’en-têtes : personne n’y figure."))
    return PeopleFile(rows, ignored)


def _read_header(text: str) -> tuple[str, list[Heading | None], list[str]]:
    """Find the delimiter (with the right one an e-mail column appears) and the columns."""
    header = next(line for line in text.split("\n") if line.strip())
    for delimiter in _DELIMITERS:
        cells = _split(header, delimiter)
        places = [_heading(cell) for cell in cells]
        if Heading.EMAIL not in places:
            continue
        known = [place for place in places if place is not None]
        if doubled := next((place for place in known if known.count(place) > 1), None):
            raise UnusableFile(
                _("Deux colonnes disent la même chose : « %(name)s ».", name=cells[places.index(doubled)].strip())
            )
        return (
            delimiter,
            places,
            [cell.strip() for cell, place in zip(cells, places, strict=True) if place is None and cell.strip()],
        )
    raise UnusableFile(
        _(
            "La première ligne doit nommer les colonnes, séparées par des virgules ou des points-virgules : "
            "nom, e-mail, services, rôle."
        )
    )


def _split(header: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([header], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def _heading(cell: str) -> Heading | None:
    word = re.sub(r"[^a-z]", "", plain_text_key(cell))
    return next((heading for heading, words in _HEADINGS.items() if word in words), None)


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the non-empty lines after the header, each with its first line number."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number, header_seen = 1, False
    try:
        for cells in reader:
            begins, number = number, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if header_seen:
                yield begins, cells
            header_seen = True
    except csv.Error as error:
        raise UnusableFile(
            _("Ligne %(number)s : les guillemets ne se referment pas, ou la ligne est trop longue.", number=number)
        ) from error


def _row(number: int, cells: list[str], places: list[Heading | None]) -> Row:
    given = {
        place: cell.strip() for place, cell in zip(places, cells, strict=False) if place is not None and cell.strip()
    }
    name = " ".join(given[part] for part in (Heading.FIRST_NAME, Heading.NAME) if part in given)
    return Row(
        number=number,
        name=name or None,
        email=given.get(Heading.EMAIL),
        services=given.get(Heading.SERVICES),
        role=given.get(Heading.ROLE),
        too_many_cells=any(cell.strip() for cell in cells[len(places) :]),
    )
