"""Create a town with its first board and facilitator."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.password_policy import problems_of, words_in
from app.accounts.passwords import hash_password
from app.accounts.validators import BadInput
from app.admin.board_service import fill_from
from app.admin.board_template_file import shipped_template
from app.audit import log as audit_log
from app.town.town import name_town
from boards.board_templates import VERSION, Template, TemplateColumn, TemplateService
from boards.commands import Command
from boards.directory import create_board, create_person, make_default, plain_name
from boards.errors import Conflict
from boards.models import Kind, Person, Role
from boards.perform import perform_setup
from boards.text.sanitize import UnfitText, clean_title

BOARD = ("accueil", "Accueil")
SETUP_MAX_SERVICES = 60
_HUES = (250, 20, 140, 300, 60, 190, 330, 110, 220, 90, 170, 280, 350)


def create_town(
    town: str, name: str, email: str, password: str | None, services: list[str], *, with_template: bool
) -> Account:
    """Create the town, its facilitator, services and first board in one transaction.

    `with_template`: begin with « Accueil d’une ville ». Raises Conflict when somebody was quicker.
    """
    account = Account(email=email, password_hash=hash_password(password) if password is not None else None)

    def found(session: Session) -> tuple[int, int, Command]:
        name_town(session, town)
        if session.scalar(select(Person.id).limit(1)) is not None:
            raise Conflict("try_again")
        account.person = create_person(session, name, Role.FACILITATOR)
        account.person_id = account.person.id
        session.add(account)
        audit_log.record(session, "town_set_up", town, actor=account.person)
        board = create_board(session, *BOARD)
        make_default(session, board.id)
        command, _provided = fill_from(session, _beginning(services, with_template=with_template), account.person)
        return account.person_id, board.id, command

    perform_setup(found)
    return account


def _beginning(services: list[str], *, with_template: bool) -> Template:
    """Build the first board: the named services after those of the template."""
    columns = (
        list(shipped_template().columns)
        if with_template
        else [_column(_("Modalités de fonctionnement"), Kind.GUIDE, 85)]
    )
    known = {plain_name(column.title) for column in columns}
    for number, name in enumerate(services):
        if plain_name(name) not in known:
            known.add(plain_name(name))
            hue = _HUES[number % len(_HUES)]
            place = max(index for index, column in enumerate(columns) if column.kind in (Kind.GUIDE, Kind.SERVICE)) + 1
            columns.insert(place, _column(name, Kind.SERVICE, hue, TemplateService(name=name, hue=hue)))
    if not with_template:
        columns.append(_column(_("Suggestions"), Kind.SUGGESTIONS, 60))
    return Template(format="flash-news-board", version=VERSION, title=BOARD[1], columns=columns)


def _column(title: str, kind: Kind, hue: int, service: TemplateService | None = None) -> TemplateColumn:
    return TemplateColumn(title=title, kind=kind, hue=hue, service=service)


def services_in(text: str) -> list[str]:
    """Parse one service a line. Raises BadInput."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > SETUP_MAX_SERVICES:
        raise BadInput(
            _(
                "Au plus %(limit)s services pour commencer ; vous ajouterez les autres ensuite.",
                limit=SETUP_MAX_SERVICES,
            )
        )
    try:
        return [clean_title(line) for line in lines]
    except UnfitText as error:
        raise BadInput(_("Un nom de service est trop long, ou illisible.")) from error


def password_problems(password: str, town: str, name: str, email: str) -> list[str]:
    """Return sentences on what is wrong with the first facilitator's password."""
    return problems_of(password, Role.FACILITATOR, words_in("Flash News", town, name, email))
