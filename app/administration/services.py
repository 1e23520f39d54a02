"""Pages of the services: their list and upkeep for facilitators, the sheet of each for everybody."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.current import administrators_only, current_person
from app.accounts.names import BadInput
from app.administration.directory import plain, services_by_name
from app.administration.forms import ServiceForm
from app.administration.service_upkeep import (
    add_service,
    archive_service,
    change_service,
    foresee_merger,
    merge_services,
    restore_service,
)
from app.numbers import number_in
from boards import rights
from boards.administration import agents_by_service, columns_by_service
from boards.database import reading
from boards.errors import NotFound
from boards.models import Person, Service

routes = Blueprint("services", __name__)

PALETTE = (20, 60, 90, 110, 140, 170, 190, 220, 250, 280, 300, 330, 350)
Answer = AnyResponse | str | tuple[str, int]


@routes.get("/services")
@administrators_only
def show_services() -> str:
    services = services_by_name(reading())
    return render_template(
        "admin/services/list.html",
        me=current_person(),
        here="services",
        services=[service for service in services if service.archived_at is None],
        archived=[service for service in services if service.archived_at is not None],
        agents=agents_by_service(reading()),
        columns=columns_by_service(reading()),
    )


@routes.get("/services/<int:service_id>")
@login_required
def show_service(service_id: int) -> str:
    """The service's sheet; only its content when the board asks for it, to show in a dialog."""
    service, me = _service(service_id), current_person()
    of_service = Person.services.any(Service.id == service.id)
    agents = sorted(reading().scalars(select(Person).where(of_service, Person.disabled_at.is_(None))), key=lambda agent: plain(agent.name))
    seen = {"me": me, "service": service, "agents": agents, "administers": rights.may_administer(me)}
    if request.headers.get("X-Fragment") == "sheet":
        return render_template("admin/services/_details.html", heading="h2", **seen)
    return render_template("admin/services/show.html", heading="h1", here=None, **seen)


@routes.route("/services/new", methods=["GET", "POST"])
@administrators_only
def new_service() -> Answer:
    form = ServiceForm()
    if request.method == "POST" and form.validate():
        try:
            service = add_service(hue=_hue(_free_hue()), actor=current_person(), **form.data)
        except BadInput as error:
            form.name.errors = [str(error)]
        else:
            flash(_("Le service « %(name)s » est créé. Ajoutez-lui une colonne sur le tableau.", name=service.name))
            return redirect(url_for("services.show_services"), 303)
    return _form_page(form, None, _free_hue())


@routes.route("/services/<int:service_id>/edit", methods=["GET", "POST"])
@administrators_only
def edit_service(service_id: int) -> Answer:
    service = _service(service_id)
    form = ServiceForm(obj=service)
    if request.method == "POST" and form.validate():
        try:
            change_service(service.id, current_person(), hue=_hue(service.hue), **form.data)
        except BadInput as error:
            form.name.errors = [str(error)]
        else:
            flash(_("Enregistré."))
            return redirect(url_for("services.show_service", service_id=service.id), 303)
    return _form_page(form, service, service.hue)


@routes.post("/services/<int:service_id>/archive")
@administrators_only
def archive(service_id: int) -> AnyResponse:
    service = _service(service_id)
    archive_service(service.id, current_person())
    flash(_("Le service « %(name)s » est archivé : ses agents n’ont plus de droit à ce titre.", name=service.name))
    return redirect(url_for("services.show_services"), 303)


@routes.post("/services/<int:service_id>/restore")
@administrators_only
def restore(service_id: int) -> AnyResponse:
    service = _service(service_id)
    restore_service(service.id, current_person())
    flash(_("Le service « %(name)s » est de nouveau en service.", name=service.name))
    return redirect(url_for("services.show_services"), 303)


@routes.get("/services/<int:service_id>/merge")
@administrators_only
def show_merger(service_id: int) -> Answer:
    """First the choice of the other service, then what will happen, in numbers."""
    service = _service(service_id)
    others = services_by_name(reading(), Service.id != service.id, Service.archived_at.is_(None))
    into = next((other for other in others if other.id == number_in(request.args.get("into"))), None)
    merger = foresee_merger(reading(), service, into) if into else None
    return render_template(
        "admin/services/merge.html", me=current_person(), here="services", service=service, others=others, into=into, merger=merger
    )


@routes.post("/services/<int:service_id>/merge")
@administrators_only
def merge(service_id: int) -> AnyResponse:
    service, into = _service(service_id), _service(number_in(request.form.get("into")) or 0)
    if into.id == service.id or into.archived_at is not None:
        abort(404)
    names = {"merged": service.name, "into": into.name}
    merge_services(reading(), service.id, into.id, current_person())
    flash(_("« %(merged)s » a rejoint « %(into)s ».", **names))
    return redirect(url_for("services.show_services"), 303)


def _form_page(form: ServiceForm, service: Service | None, hue: int) -> Answer:
    page = render_template("admin/services/edit.html", me=current_person(), here="services", form=form, service=service, hue=_hue(hue))
    return page if request.method == "GET" else (page, 422)


def _service(service_id: int) -> Service:
    service = reading().get(Service, service_id) if service_id < 2**63 else None
    if service is None:
        raise NotFound("service_not_found")
    return service


def _hue(otherwise: int) -> int:
    """The colour chosen in this form, if one was."""
    chosen = number_in(request.form.get("hue"))
    return otherwise if chosen is None or not 0 <= chosen <= 359 else chosen


def _free_hue() -> int:
    """The colour of the palette that the fewest services have."""
    taken = [round(hue / 10) * 10 for hue in reading().scalars(select(Service.hue))]
    return min(PALETTE, key=taken.count)
