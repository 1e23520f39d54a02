"""Show and export the administrative log."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from sqlalchemy import func, select

from app.admin.audit_labels import facts_as_text
from app.admin.audit_queries import AuditFilters, entries, table
from app.audit import log as audit_log
from app.auth.current_user import administrators_only, current_person
from app.web.csv_export import csv_download
from app.web.params import parse_id
from boards.database import now, read_session, write_transaction

routes = Blueprint("log", __name__)

AUDIT_PAGE_SIZE = 100
EXPORTED_AT_MOST = 100_000


@routes.get("/log")
@administrators_only
def show_log() -> str:
    """Show one page of the log."""
    asked = AuditFilters.from_arguments(request.args)
    total = (
        read_session().scalar(
            select(func.count()).select_from(entries(read_session(), asked).order_by(None).subquery())
        )
        or 0
    )
    pages = max(1, -(-total // AUDIT_PAGE_SIZE))
    page = min(max(parse_id(request.args.get("page")) or 1, 1), pages)
    return render_template(
        "admin/audit/list.html",
        me=current_person(),
        here="log",
        wide=True,
        asked=asked,
        entries=read_session()
        .scalars(entries(read_session(), asked).offset((page - 1) * AUDIT_PAGE_SIZE).limit(AUDIT_PAGE_SIZE))
        .all(),
        total=total,
        page=page,
        pages=pages,
        actions=audit_log.ACTIONS,
        facts_in_words=facts_as_text,
    )


@routes.get("/log.csv")
@administrators_only
def export() -> Response:
    """Download the filtered log as CSV."""
    asked = AuditFilters.from_arguments(request.args)
    found = read_session().scalars(entries(read_session(), asked).limit(EXPORTED_AT_MOST)).all()
    response = csv_download(f"journal_{now().date().isoformat()}.csv", table(found))
    with write_transaction() as session:
        audit_log.record(session, "log_exported", actor=current_person(), entries=len(found))
    return response
