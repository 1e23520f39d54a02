"""Importing people from a CSV: what it would do first, then doing it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.current import administrators_only, current_person
from app.administration.inviting import waiting_for_a_link
from app.administration.people_csv import LINES_AT_MOST, PeopleFile, UnusableFile, decode, parse
from app.administration.people_import import Outdated, Plan, Verdict, carry_out, make_plan
from boards.database import reading, write_transaction

routes = Blueprint("people_import", __name__)

Answer = AnyResponse | str | tuple[str, int]


@routes.get("/people/import")
@administrators_only
def show_import() -> str:
    return _page()


@routes.post("/people/import")
@administrators_only
def check() -> Answer:
    """The dry run: nothing is written."""
    try:
        text, people = _sent()
    except UnusableFile as error:
        return _page(text=request.form.get("text", ""), problem=str(error)), 422
    return _page(text, people, make_plan(reading(), people, create_services=_create_services()))


@routes.post("/people/import/confirm")
@administrators_only
def confirm() -> Answer:
    """Import what was shown: the same text is judged anew, and shown anew if it would now do something else."""
    try:
        text, people = _sent()
    except UnusableFile as error:
        return _page(text=request.form.get("text", ""), problem=str(error)), 422
    actor = current_person()
    reading().rollback()
    try:
        with write_transaction() as session:
            plan = carry_out(session, people, request.form.get("digest", ""), actor, create_services=_create_services())
    except Outdated as outdated:
        return _page(text, people, outdated.plan, outdated=True), 409
    reading().rollback()  # what was read before must not hide who was just brought in
    flash(_done(plan))
    return redirect(url_for("invitations.show_waiting" if waiting_for_a_link(reading()) else "people.show_people"), 303)


def _done(plan: Plan) -> str:
    created, changed = plan.totals[Verdict.CREATED], plan.totals[Verdict.CHANGED]
    words = [
        ngettext("%(num)d compte créé", "%(num)d comptes créés", created) if created else "",
        ngettext("%(num)d compte modifié", "%(num)d comptes modifiés", changed) if changed else "",
    ]
    return str(_("Import terminé : %(done)s.", done=", ".join(filter(None, words)) or _("tout était déjà à jour")))


def _sent() -> tuple[str, PeopleFile]:
    file = request.files.get("file")
    text = decode(file.read()) if file and file.filename else request.form.get("text", "")
    if not text.strip() and not (file and file.filename):
        raise UnusableFile(_("Choisissez un fichier, ou collez-en le texte."))
    return text, parse(text)


def _create_services() -> bool:
    return bool(request.form.get("create_services"))


def _page(text: str = "", people: PeopleFile | None = None, plan: Plan | None = None, *, problem: str = "", outdated: bool = False) -> str:
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
