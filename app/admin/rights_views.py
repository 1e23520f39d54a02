"""Show and set the rights of each column."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.auth.current_user import administrators_only, current_person
from boards import rights
from boards.commands import parse_command
from boards.database import read_session
from boards.errors import NotFound
from boards.models import Board, Column, Kind, Service
from boards.perform import perform
from boards.queries import boards_for, find_board, services_in_use, visible_columns
from boards.rights import LEVELS, Level

routes = Blueprint("rights", __name__)

WORDS = {
    Level.NONE: _l("ne voit pas"),
    Level.READ: _l("lit"),
    Level.COMMENT: _l("commente"),
    Level.CONTRIBUTE: _l("contribue"),
    Level.EDIT: _l("modifie tout"),
}
MEANINGS = {
    Level.NONE: _l("la colonne n’existe pas pour lui"),
    Level.READ: _l("il lit les infos"),
    Level.COMMENT: _l("il lit, et peut réagir aux infos"),
    Level.CONTRIBUTE: _l("il ajoute des infos, et modifie les siennes"),
    Level.EDIT: _l("il ajoute, modifie, déplace et archive toutes les infos"),
}
ICONS = {
    Level.NONE: "hidden",
    Level.READ: "eye",
    Level.COMMENT: "comment",
    Level.CONTRIBUTE: "plus",
    Level.EDIT: "pencil",
}
KIND_LABELS = {
    Kind.SERVICE: _l("colonne de service"),
    Kind.GUIDE: _l("modalités de fonctionnement"),
    Kind.SUGGESTIONS: _l("suggestions"),
    Kind.FREE: _l("colonne libre"),
}
AGENTS, READERS, SERVICE = "agents", "readers", "service-"


@routes.get("/rights")
@administrators_only
def show_rights() -> str:
    """Show a board's matrix of rights: columns by groups."""
    person = current_person()
    boards = boards_for(read_session(), person)
    board = (
        find_board(read_session(), person, request.args["board"])
        if request.args.get("board")
        else (boards[0] if boards else None)
    )
    services = services_in_use(read_session())
    columns = visible_columns(read_session(), board, person) if board else []
    return render_template(
        "admin/rights/table.html",
        boards=boards,
        board=board,
        services=services,
        rows=[(column, _cells(column, services)) for column in columns],
        **_page(),
    )


@routes.get("/rights/<int:column_id>")
@administrators_only
def show_column_rights(column_id: int) -> str:
    """Show the form of one column's rights."""
    return _form(_column(column_id))


@routes.post("/rights/<int:column_id>")
@administrators_only
def set_column_rights(column_id: int) -> ResponseReturnValue:
    """Set the changed cells; an empty one returns to the default of the column's kind."""
    column = _column(column_id)
    names = (AGENTS, READERS, *(f"{SERVICE}{service.id}" for service in services_in_use(read_session())))
    levels = {name: request.form.get(name, "") for name in names}
    if not set(levels.values()) <= {"", *LEVELS}:
        return _form(column, _("Choisissez un niveau de la liste.")), 422
    altered = {name: level or None for name, level in levels.items() if level != _chosen(column).get(name, "")}
    board = read_session().get_one(Board, column.board_id)
    if altered:
        services = {name.removeprefix(SERVICE): level for name, level in altered.items() if name.startswith(SERVICE)}
        groups = {name: level for name, level in altered.items() if not name.startswith(SERVICE)}
        command = parse_command(
            {"type": "set_rights", "column": column.id, **groups, **({"services": services} if services else {})}
        )
        perform(current_person().id, board.id, command)
        flash(_("Les droits de la colonne « %(title)s » sont à jour. Les pages ouvertes suivent.", title=column.title))
    return redirect(url_for("rights.show_rights", board=board.slug, _anchor=f"row-{column.id}"), 303)


def _form(column: Column, problem: str | None = None) -> str:
    services = services_in_use(read_session())
    fields: list[tuple[str, str, Level | None]] = [
        (AGENTS, _("Tous les agents"), rights.for_agents(column.kind, None)),
        (READERS, _("Lecteurs"), rights.for_readers(column.kind, None)),
    ]
    fields += [(f"{SERVICE}{service.id}", service.name, _default(service, column)) for service in services]
    chosen = {**_chosen(column), **({name: request.form.get(name, "") for name, *_rest in fields} if problem else {})}
    board = read_session().get_one(Board, column.board_id)
    return render_template(
        "admin/rights/column.html",
        column=column,
        board=board,
        fields=fields,
        chosen=chosen,
        problem=problem,
        levels=list(Level),
        **_page(),
    )


def _cells(column: Column, services: Any) -> list[tuple[Level, bool]]:
    """Return each group's level, and False where a service inherits the level of all agents."""
    agents = rights.for_agents(column.kind, column.rights)
    cells = [(agents, True), (rights.for_readers(column.kind, column.rights), True)]
    for service in services:
        own = rights.for_service(service.id, column.kind, column.service_id, column.rights)
        cells.append((agents if own is None else own, own is not None))
    return cells


def _chosen(column: Column) -> dict[str, str]:
    """Return the explicitly set levels by form field."""
    services = {f"{SERVICE}{service}": level for service, level in column.rights.get("services", {}).items()}
    return services | {group: column.rights[group] for group in (AGENTS, READERS) if group in column.rights}


def _default(service: Service, column: Column) -> Level | None:
    return rights.for_service(service.id, column.kind, column.service_id, None)


def _column(column_id: int) -> Column:
    column = read_session().get(Column, column_id)
    if column is None or column.archived_at is not None:
        raise NotFound("column_not_found")
    return column


def _page() -> dict[str, Any]:
    return {
        "me": current_person(),
        "here": "rights",
        "words": WORDS,
        "meanings": MEANINGS,
        "icons": ICONS,
        "kinds": KIND_LABELS,
    }
