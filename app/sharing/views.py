"""Show a card at the counter and as a sheet; publish and revoke its public page."""

from __future__ import annotations

import segno
from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import login_required
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.audit import log as audit_log
from app.auth.current_user import current_person, is_person
from app.sharing.access import find_shareable, find_to_hand_out, find_with_obstacle
from app.sharing.handout import Paper, sheet_of
from app.sharing.pdf import pdf_of
from app.sharing.pdf_fonts import lacks_letters
from app.web.languages import FRENCH
from app.web.thread_pool import run_in_thread
from boards import rights
from boards.clock import today
from boards.database import read_session, release_connection, write_transaction
from boards.directory import plain_name
from boards.errors import Forbidden
from boards.freshness import Freshness, freshness
from boards.models import Board, Card
from boards.sharing import count_print, create_public_link, may_revoke, revoke_public_link, sharing_state
from boards.text.blocks import blocks_of

routes = Blueprint("handing", __name__)


@routes.get("/cards/<int:card_id>/counter")
@login_required
def show_counter(card_id: int) -> str:
    """Show a card to be read aloud or by a resident; only the obstacle if it is not shared."""
    found = find_with_obstacle(card_id)
    state = sharing_state(read_session(), card_id)
    return render_template(
        "sharing/counter.html",
        me=current_person(),
        card=found.card,
        column=found.column,
        why_not=found.obstacle,
        sheet=None if found.obstacle else sheet_of(read_session(), found.card, found.column, state.link),
        so_far=state,
        hands_out=rights.may_hand_out(current_person()),
        stale=freshness(found.card, found.column, today()) is Freshness.STALE,
    )


@routes.get("/cards/<int:card_id>/sheet")
@login_required
def show_sheet(card_id: int) -> str:
    """Show the printable sheet."""
    found, paper = find_shareable(card_id), _paper()
    state = sharing_state(read_session(), card_id)
    sheet = sheet_of(read_session(), found.card, found.column, state.link)
    with force_locale(FRENCH):  # residents read it
        printed = render_template("sharing/_printed_sheet.html", sheet=sheet, paper=paper, qr=qr_code(sheet.address))
    return render_template(
        "sharing/sheet.html",
        me=current_person(),
        card=found.card,
        printed=Markup(printed),  # noqa: S704 - rendered by our own template, which escapes
        paper=paper,
        papers=list(Paper),
        so_far=state,
        hands_out=rights.may_hand_out(current_person()),
        may_revoke=may_revoke(current_person(), found.card, found.column, state),
        incomplete=lacks_letters(sheet.title + "".join(block.text for block in blocks_of(sheet.html))),
    )


@routes.post("/cards/<int:card_id>/sheet/printed")
@login_required
def note_print(card_id: int) -> AnyResponse:
    """Count a print started by the browser."""
    find_shareable(card_id)
    _count(card_id)
    flash(_("C’est compté. Si rien ne s’imprime, lancez l’impression depuis votre navigateur (Ctrl + P)."))
    return redirect(url_for("handing.show_sheet", card_id=card_id, format=_paper().value), 303)


@routes.post("/cards/<int:card_id>/sheet.pdf")
@login_required
def download_sheet(card_id: int) -> Response:
    """Send the sheet as a PDF."""
    found, paper = find_shareable(card_id), _paper()
    sheet = sheet_of(read_session(), found.card, found.column, sharing_state(read_session(), card_id).link)
    with force_locale(FRENCH):
        words = {"hours": _("Horaires :"), "page": _("page"), "scan": _("La version à jour de cette information :")}
    release_connection()  # drawing takes a while
    file = make_response(run_in_thread(lambda: pdf_of(sheet, paper, words)))
    _count(card_id)
    file.mimetype = "application/pdf"
    file.headers.set("Content-Disposition", "attachment", filename=f"fiche-{plain_name(sheet.title)[:60]}.pdf")
    return file


@routes.post("/cards/<int:card_id>/public-link")
@login_required
def publish(card_id: int) -> AnyResponse:
    """Publish the card's page unless it is, then show its sheet."""
    found = find_to_hand_out(card_id)
    put_online(found.card)
    return redirect(url_for("handing.show_sheet", card_id=card_id, format=_paper().value), 303)


@routes.post("/cards/<int:card_id>/public-link/revoke")
@login_required
def revoke(card_id: int) -> AnyResponse:
    """Revoke the card's public address for good, also when the card is no longer shared."""
    found = find_with_obstacle(card_id)
    if not may_revoke(current_person(), found.card, found.column, sharing_state(read_session(), card_id)):
        raise Forbidden("may_not_revoke")
    if not is_person():
        raise Forbidden("token_not_here")
    with write_transaction() as session:
        if revoke_public_link(session, card_id):
            record_sharing(session, "public_link_revoked", found.card)
    flash(_("La page publique est retirée : son adresse et son QR code ne mènent plus à rien."))
    endpoint = "pages.show_card" if found.obstacle else "handing.show_sheet"
    return redirect(url_for(endpoint, card_id=card_id), 303)


def put_online(card: Card) -> str:
    """Return the token of the card's public page, created if missing."""
    with write_transaction() as session:
        link, made = create_public_link(session, card.id, current_person().id)
        if made:
            record_sharing(session, "public_link_made", card)
        return link.token


def record_sharing(session: Session, action: str, card: Card) -> None:
    """Log an action by the card's id: its title may have to be deleted for good."""
    audit_log.record(session, action, session.get_one(Board, card.board_id).title, actor=current_person(), card=card.id)


def qr_code(address: str | None) -> Markup | None:
    """Draw a QR code as inline SVG, without style attributes."""
    if address is None:
        return None
    code = segno.make_qr(address, error="m")
    svg = code.svg_inline(border=4, light="white", dark="black", omitsize=True, svgclass="qr", lineclass=None)
    return Markup(svg)  # noqa: S704 - drawn from an address of ours


def _count(card_id: int) -> None:
    with write_transaction() as session:
        count_print(session, card_id)


def _paper() -> Paper:
    """Return the requested size, A5 by default."""
    asked = request.values.get("format", "")
    return Paper(asked) if asked in list(Paper) else Paper.A5
