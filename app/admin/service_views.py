"""Manage services; show each service's sheet to everybody."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_required
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.accounts.directory import plain_text_key, services_by_name
from app.accounts.forms import ServiceForm
from app.accounts.validators import BadInput
from app.admin.service_admin import (
    add_service,
    archive_service,
    change_service,
    merge_services,
    preview_merger,
    restore_service,
)
from app.auth.current_user import administrators_only, current_person
from app.web.params import parse_id
from app.web.redirects import flash_and_redirect
from boards import rights
from boards.database import read_session
from boards.directory import agents_by_service, columns_by_service
from boards.errors import NotFound
from boards.models import Person, Service

routes = Blueprint("services", __name__)

PALETTE = (20, 60, 90, 110, 140, 170, 190, 220, 250, 280, 300, 330, 350)


@routes.get("/services")
@administrators_only
def show_services() -> str:
    """List the services."""
    services = services_by_name(read_session())
    return render_template(
        "admin/services/list.html",
        me=current_person(),
        here="services",
        services=[service for service in services if service.archived_at is None],
        archived=[service for service in services if service.archived_at is not None],
        agents=agents_by_service(read_session()),
        columns=columns_by_service(read_session()),
    )


@routes.get("/services/<int:service_id>")
@login_required
def show_service(service_id: int) -> str:
    """Show a service's sheet, or only its fragment for a dialog."""
    service, me = _service(service_id), current_person()
    of_service = Person.services.any(Service.id == service.id)
    agents = sorted(
        read_session().scalars(select(Person).where(of_service, Person.disabled_at.is_(None))),
        key=lambda agent: plain_text_key(agent.name),
    )
    seen = {"me": me, "service": service, "agents": agents, "administers": rights.may_administer(me)}
    if request.headers.get("X-Fragment") == "sheet":
        return render_template("admin/services/_details.html", heading="h2", **seen)
    return render_template("admin/services/show.html", heading="h1", here=None, **seen)


@routes.route("/services/new", methods=["GET", "POST"])
@administrators_only
def new_service() -> ResponseReturnValue:
    """Add a service."""
    form = ServiceForm()
    if request.method == "POST" and form.validate():
        try:
            service = add_service(hue=_hue(_free_hue()), actor=current_person(), **form.data)
        except BadInput as error:
            form.name.errors = [str(error)]
        else:
            return flash_and_redirect(
                _("Le service « %(name)s » est créé. Ajoutez-lui une colonne sur le tableau.", name=service.name),
                "services.show_services",
            )
    return _form_page(form, None, _free_hue())


@routes.route("/services/<int:service_id>/edit", methods=["GET", "POST"])
@administrators_only
def edit_service(service_id: int) -> ResponseReturnValue:
    """Change a service."""
    service = _service(service_id)
    form = ServiceForm(obj=service)
    if request.method == "POST" and form.validate():
        try:
            change_service(service.id, current_person(), hue=_hue(service.hue), **form.data)
        except BadInput as error:
            form.name.errors = [str(error)]
        else:
            return flash_and_redirect(_("Enregistré."), "services.show_service", service_id=service.id)
    return _form_page(form, service, service.hue)


@routes.post("/services/<int:service_id>/archive")
@administrators_only
def archive(service_id: int) -> Response:
    """Archive a service."""
    done = _("Le service « %(name)s » est archivé : ses agents n’ont plus de droit à ce titre.")
    return _act(service_id, archive_service, done)


@routes.post("/services/<int:service_id>/restore")
@administrators_only
def restore(service_id: int) -> Response:
    """Restore a service."""
    return _act(service_id, restore_service, _("Le service « %(name)s » est de nouveau en service."))


@routes.get("/services/<int:service_id>/merge")
@administrators_only
def show_merger(service_id: int) -> ResponseReturnValue:
    """Ask which service to merge into, then show the effects."""
    service = _service(service_id)
    others = services_by_name(read_session(), Service.id != service.id, Service.archived_at.is_(None))
    into = next((other for other in others if other.id == parse_id(request.args.get("into"))), None)
    merger = preview_merger(read_session(), service, into) if into else None
    return render_template(
        "admin/services/merge.html",
        me=current_person(),
        here="services",
        service=service,
        others=others,
        into=into,
        merger=merger,
    )


@routes.post("/services/<int:service_id>/merge")
@administrators_only
def merge(service_id: int) -> Response:
    """Merge a service into another."""
    service, into = _service(service_id), _service(parse_id(request.form.get("into")) or 0)
    if into.id == service.id or into.archived_at is not None:
        abort(404)
    names = {"merged": service.name, "into": into.name}
    merge_services(read_session(), service.id, into.id, current_person())
    return flash_and_redirect(_("« %(merged)s » a rejoint « %(into)s ».", **names), "services.show_services")


def _act(service_id: int, act: Callable[[int, Person], None], done: str) -> Response:
    service = _service(service_id)
    act(service.id, current_person())
    return flash_and_redirect(done % {"name": service.name}, "services.show_services")


def _form_page(form: ServiceForm, service: Service | None, hue: int) -> ResponseReturnValue:
    page = render_template(
        "admin/services/edit.html", me=current_person(), here="services", form=form, service=service, hue=_hue(hue)
    )
    return page if request.method == "GET" else (page, 422)


def _service(service_id: int) -> Service:
    service = read_session().get(Service, service_id)
    if service is None:
        raise NotFound("service_not_found")
    return service


def _hue(otherwise: int) -> int:
    """Return the hue chosen in the form, if valid."""
    chosen = parse_id(request.form.get("hue"))
    return otherwise if chosen is None or not 0 <= chosen <= 359 else chosen


def _free_hue() -> int:
    """Return the palette's least used hue."""
    taken = [round(hue / 10) * 10 for hue in read_session().scalars(select(Service.hue))]
    return min(PALETTE, key=taken.count)
