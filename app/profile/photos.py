"""People's photos: sending one's own, removing it, seeing those of others."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from sqlalchemy import delete
from werkzeug.wrappers import Response as AnyResponse

from app.auth.current_user import current_person
from app.extensions import limiter
from app.profile.image_resize import MAX_BYTES, UnfitPhoto, small_picture
from app.profile.rendering import profile_page
from app.web.thread_pool import run_in_thread
from boards.database import read_session, write_transaction
from boards.errors import NotFound
from boards.models import Person, Photo

_AROUND_THE_FILE = 64 * 1024  # the rest of the form
_DAY_SECONDS = 86_400

routes = Blueprint("photos", __name__)


@routes.url_value_preprocessor
def let_a_photo_in(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form, which for other pages may be far smaller."""
    request.max_content_length = MAX_BYTES + _AROUND_THE_FILE


@routes.post("/profile/photo")
@login_required
@limiter.limit("20 per minute")
def send_photo() -> AnyResponse | tuple[str, int]:
    sent = request.files.get("photo")
    content = sent.read() if sent else b""
    try:
        if not content:
            raise UnfitPhoto(_("Choisissez d’abord une photo."))
        webp = run_in_thread(lambda: small_picture(content))
    except UnfitPhoto as error:
        return profile_page(photo_problem=str(error)), 422
    with write_transaction() as session:
        person = session.get_one(Person, current_person().id)
        person.version += 1
        person.photo_version = person.version  # never a number that an earlier photo had
        session.merge(Photo(person_id=person.id, webp=webp))
    flash(_("Votre photo est enregistrée."))
    return redirect(url_for("profile.show_profile"), 303)


@routes.post("/profile/photo/remove")
@login_required
def remove_photo() -> AnyResponse:
    with write_transaction() as session:
        person = session.get_one(Person, current_person().id)
        if person.photo_version:
            person.photo_version = 0
            person.version += 1
            session.execute(delete(Photo).where(Photo.person_id == person.id))
    flash(_("Votre photo est retirée."))
    return redirect(url_for("profile.show_profile"), 303)


@routes.get("/people/<int:person_id>/photo")
@login_required
def show_photo(person_id: int) -> Response:
    if person_id >= 2**63:
        raise NotFound("page_not_found")
    person = read_session().get(Person, person_id)
    if person is None or not person.photo_version:
        raise NotFound("page_not_found")
    response = make_response()
    response.mimetype = "image/webp"
    response.set_etag(f"{person.id}-{person.photo_version}")
    # Private: only for those who are signed in. Each new photo has an address of its own.
    response.headers["Cache-Control"] = f"private, max-age={_DAY_SECONDS}"
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    if response.make_conditional(request).status_code != 304:
        response.set_data(read_session().get_one(Photo, person.id).webp)
    return response
