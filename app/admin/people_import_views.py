"""Import people from a CSV file, after a dry run."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.admin.invitation_service import accounts_without_link
from app.admin.people_csv import LINES_AT_MOST, PeopleFile, UnusableFile, decode_csv, parse_people_csv
from app.admin.people_import import make_plan, perform_import
from app.admin.people_plan import LineVerdict, Outdated, Plan
from app.auth.current_user import administrators_only, current_person
from boards.database import read_session, write_transaction

routes = Blueprint("people_import", __name__)


@routes.get("/people/import")
@administrators_only
def show_import() -> str:
    """Show the import form."""
    return _page()


@routes.post("/people/import")
@administrators_only
def check() -> ResponseReturnValue:
    """Show what the import would do, without writing."""
    try:
        text, people = _uploaded()
    except UnusableFile as error:
        return _page(text=request.form.get("text", ""), problem=str(error)), 422
    return _page(text, people, make_plan(read_session(), people, create_services=_create_services()))


@routes.post("/people/import/confirm")
@administrators_only
def confirm() -> ResponseReturnValue:
    """Import what was shown, or show it again if the outcome would now differ."""
    try:
        text, people = _uploaded()
    except UnusableFile as error:
        return _page(text=request.form.get("text", ""), problem=str(error)), 422
    try:
        with write_transaction() as session:
            plan = perform_import(
                session, people, request.form.get("digest", ""), current_person(), create_services=_create_services()
            )
    except Outdated as outdated:
        return _page(text, people, outdated.plan, outdated=True), 409
    flash(_summary(plan))
    return redirect(
        url_for("invitations.show_waiting" if accounts_without_link(read_session()) else "people.show_people"), 303
    )


def _summary(plan: Plan) -> str:
    created, changed = plan.totals[LineVerdict.CREATED], plan.totals[LineVerdict.CHANGED]
    words = [
        ngettext("%(num)d compte créé", "%(num)d comptes créés", created) if created else "",
        ngettext("%(num)d compte modifié", "%(num)d comptes modifiés", changed) if changed else "",
    ]
    return str(_("Import terminé : %(done)s.", done=", ".join(filter(None, words)) or _("tout était déjà à jour")))


def _uploaded() -> tuple[str, PeopleFile]:
    file = request.files.get("file")
    text = decode_csv(file.read()) if file and file.filename else request.form.get("text", "")
    if not text.strip() and not (file and file.filename):
        raise UnusableFile(_("Choisissez un fichier, ou collez-en le texte."))
    return text, parse_people_csv(text)


def _create_services() -> bool:
    return bool(request.form.get("create_services"))


def _page(
    text: str = "",
    people: PeopleFile | None = None,
    plan: Plan | None = None,
    *,
    problem: str = "",
    outdated: bool = False,
) -> str:
    return render_template(
        "admin/people/import.html",
        me=current_person(),
        here="people",
        wide=plan is not None,
        text=text,
        people=people,
        plan=plan,
        problem=problem,
        outdated=outdated,
        create_services=_create_services(),
        lines_at_most=LINES_AT_MOST,
    )
