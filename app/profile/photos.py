"""Upload, remove and serve photos of people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, request
from flask_babel import gettext as _
from flask_login import login_required
from sqlalchemy import delete
from werkzeug.wrappers import Response as AnyResponse

from app.auth.current_user import current_person
from app.extensions import limiter
from app.profile.image_resize import MAX_BYTES, UnfitPhoto, small_picture
from app.profile.rendering import profile_page
from app.web.redirects import flash_and_redirect
from app.web.thread_pool import run_in_thread
from boards.database import read_session, write_transaction
from boards.errors import NotFound
from boards.models import Person, Photo

_FORM_OVERHEAD_BYTES = 64 * 1024  # multipart overhead
_DAY_SECONDS = 86_400

routes = Blueprint("photos", __name__)


@routes.url_value_preprocessor
def allow_photo_upload(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Raise the body limit for this upload before the form is parsed."""
    request.max_content_length = MAX_BYTES + _FORM_OVERHEAD_BYTES


@routes.post("/profile/photo")
@login_required
@limiter.limit("20 per minute")
def send_photo() -> AnyResponse | tuple[str, int]:
    """Save one's photo."""
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
        person.photo_version = person.version  # never reused: it is part of the photo's address
        session.merge(Photo(person_id=person.id, webp=webp))
    return flash_and_redirect(_("Votre photo est enregistrée."), "profile.show_profile")


@routes.post("/profile/photo/remove")
@login_required
def remove_photo() -> AnyResponse:
    """Remove one's photo."""
    with write_transaction() as session:
        person = session.get_one(Person, current_person().id)
        if person.photo_version:
            person.photo_version = 0
            person.version += 1
            session.execute(delete(Photo).where(Photo.person_id == person.id))
    return flash_and_redirect(_("Votre photo est retirée."), "profile.show_profile")


@routes.get("/people/<int:person_id>/photo")
@login_required
def show_photo(person_id: int) -> Response:
    """Serve a person's photo."""
    if person_id >= 2**63:
        raise NotFound("page_not_found")
    person = read_session().get(Person, person_id)
    if person is None or not person.photo_version:
        raise NotFound("page_not_found")
    response = make_response()
    response.mimetype = "image/webp"
    response.set_etag(f"{person.id}-{person.photo_version}")
    # Private: requires sign-in. Each new photo has its own address.
    response.headers["Cache-Control"] = f"private, max-age={_DAY_SECONDS}"
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    if response.make_conditional(request).status_code != 304:
        response.set_data(read_session().get_one(Photo, person.id).webp)
    return response
