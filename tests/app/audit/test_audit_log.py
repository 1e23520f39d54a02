"""Administrative log: newest first, filtered, exported without formulas, erased after twelve months."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.admin.audit_labels import facts_as_text
from app.audit import log as audit_log
from app.audit.models import AuditEntry
from boards.database import db, now, read_session, write_transaction
from tests.town import Town
from tests.visitor import Visitor

ROW = re.compile(
    r'<th scope="row">([^<]+)</th><td[^>]*>(?:<bdi>([^<]*)</bdi>|<small>—</small>)</td><td><bdi>([^<]*)</bdi>'
)


@pytest.fixture
def facilitator(town: Town, visitor: Visitor) -> Visitor:
    """Sign in a facilitator, with an empty log."""
    visitor.sign_in("dtan@ville.example")
    with write_transaction() as session:
        session.execute(AuditEntry.__table__.delete())  # type: ignore[attr-defined]  # SQLAlchemy's own table
    return visitor


def write(
    action: str, subject: str = "", actor: int | None = None, at: datetime | None = None, **facts: object
) -> None:
    with write_transaction() as session:
        audit_log.record(session, action, subject, actor=actor, **facts)
        session.flush()
        if at is not None:
            session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first().at = at  # type: ignore[union-attr]  # just written


def actions() -> list[str]:
    db.session.rollback()
    return [entry.action for entry in read_session().scalars(select(AuditEntry).order_by(AuditEntry.id))]


def test_the_newest_comes_first_with_who_did_what_to_whom(town: Town, facilitator: Visitor) -> None:
    write("person_disabled", "ccas@ville.example", town.facilitator)
    write("sign_in_refused", "personne@ville.example")
    page = facilitator.get("/log").text
    assert ROW.findall(page) == [
        ("Connexion refusée", "", "personne@ville.example"),
        ("Compte désactivé", "Élise Laurent", "ccas@ville.example"),
    ]
    assert "douze mois" in page


def test_user_input_is_shown_as_text(town: Town, facilitator: Visitor) -> None:
    write("sign_in_refused", "<script>alert(1)</script>\nligne", reason="<b>")
    page = facilitator.get("/log").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; ligne" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ("action=service_added", ["Culture"]),
        ("q=elise", ["Culture", "a@ville.example"]),
        ("q=B@ville", ["b@ville.example"]),
        ("q=100%", []),
        ("since=2026-03-10&until=2026-03-10", ["a@ville.example"]),
        ("until=2026-03-09", []),
        ("since=pas-un-jour", ["Culture", "b@ville.example", "a@ville.example"]),
        ("action=inconnue", ["Culture", "b@ville.example", "a@ville.example"]),
    ],
)
def test_entries_are_found_by_action_person_and_day(
    town: Town, facilitator: Visitor, query: str, subjects: list[str]
) -> None:
    # Half past eleven at night in UTC is the next day in France.
    write("person_enabled", "a@ville.example", town.facilitator, at=datetime(2026, 3, 9, 23, 30, tzinfo=UTC))
    write("person_enabled", "b@ville.example", town.agent, at=datetime(2026, 3, 10, 23, 30, tzinfo=UTC))
    write("service_added", "Culture", town.facilitator, at=datetime(2026, 3, 12, tzinfo=UTC))
    assert [subject for _action, _actor, subject in ROW.findall(facilitator.get(f"/log?{query}").text)] == subjects


def test_a_long_log_comes_page_by_page(town: Town, facilitator: Visitor) -> None:
    with write_transaction() as session:
        for number in range(130):
            audit_log.record(session, "service_added", f"Service {number}")
    assert len(ROW.findall(facilitator.get("/log").text)) == 100
    last = ROW.findall(facilitator.get("/log?page=2&action=service_added").text)
    assert len(last) == 30
    assert last[-1][2] == "Service 0"


def test_the_export_opens_in_a_spreadsheet_and_holds_no_formula(town: Town, facilitator: Visitor) -> None:
    write("sign_in_refused", '=HYPERLINK("http://x")', reason="password")
    write("service_added", "Culture; théâtre", town.facilitator)
    exported = facilitator.get("/log.csv?action=sign_in_refused")
    assert exported.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert exported.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(exported.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:4] == ["date", "action", "par", "objet"]
    assert rows[1][1:4] == ["Connexion refusée", "", '\'=HYPERLINK("http://x")']
    assert len(rows) == 2
    assert actions()[-1] == "log_exported"


def test_changes_are_told_in_words() -> None:
    assert (
        facts_as_text({"person": 3, "changed": {"role": ["agent", "reader"], "services": [["ccas"], []]}})
        == "rôle\u00a0: agent → lecteur · services\u00a0: ccas → —"
    )
    assert facts_as_text({"created": 2, "changed": 1}) == "créés\u00a0: 2 · modifiés\u00a0: 1"


def test_rights_are_logged_however_they_change(town: Town, facilitator: Visitor) -> None:
    given = town.perform(town.facilitator, type="set_rights", column=town.service, readers="none")
    town.perform(town.facilitator, type="undo_change", seq=given.seq)
    town.perform(town.facilitator, type="edit_column", column=town.free, kind="guide")
    town.perform(town.facilitator, type="edit_column", column=town.free, title="Libre")
    told = read_session().execute(select(AuditEntry.action, AuditEntry.subject).order_by(AuditEntry.id)).all()
    assert [tuple(entry) for entry in told] == [("rights_changed", title) for title in ("Service", "Service", "Free")]


def test_entries_are_erased_after_twelve_months(app: Flask, town: Town, facilitator: Visitor) -> None:
    write("service_added", "Vieux", at=now() - timedelta(days=366))
    write("service_added", "Récent", at=now() - timedelta(days=364))
    purged = app.test_cli_runner().invoke(args=["log", "purge"])
    assert purged.stdout == "1 entrées effacées.\n"
    assert [entry.subject for entry in read_session().scalars(select(AuditEntry))] == ["Récent"]


def test_the_command_line_exports_too_and_overwrites_nothing(
    app: Flask, town: Town, facilitator: Visitor, tmp_path: Path
) -> None:
    write("service_added", "Culture")
    file = tmp_path / "journal.csv"
    assert app.test_cli_runner().invoke(args=["log", "export", str(file)]).exit_code == 0
    assert "Service créé;;Culture" in file.read_text(encoding="utf-8-sig")
    again = app.test_cli_runner().invoke(args=["log", "export", str(file)])
    assert (again.exit_code, "ne peut pas être écrit" in again.stderr) == (1, True)
    assert "Culture" in app.test_cli_runner().invoke(args=["log", "export", "-"]).stdout
