"""Monitoring: request ids, anonymous log lines, readiness and Prometheus metrics."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from app import create_app
from app.jobs import runner
from app.jobs.models import Task
from app.jobs.runner import RunResult
from app.monitoring.logs import JsonLines, PlainLines
from app.web import request_id
from app.web.cron import every_minute
from app.web.metrics import REGISTRY
from app.web.request_log import logged_event
from boards.database import db, read_session, write_transaction
from config import ROOT, Settings
from tests.town import Town
from tests.visitor import OutsideClient, Visitor

PRIVATE = ("Sonia", "ccas@ville.example", "sonia@", "Titre très privé", "mot de passe très privé", "198.51.100.7")


@pytest.fixture
def environment() -> dict[str, str]:
    return {"METRICS_FROM": "127.0.0.1, 10.1.0.0/16"}


@pytest.fixture
def agent(town: Town, visitor: Visitor) -> Visitor:
    visitor.sign_in("ccas@ville.example")
    return visitor


@pytest.fixture
def written(town: Town, caplog: pytest.LogCaptureFixture) -> Iterator[StringIO]:
    """Return the complete log output, in either format."""
    caplog.set_level(logging.DEBUG, "app")
    stream = StringIO()
    handlers = [logging.StreamHandler(stream), logging.StreamHandler(stream)]
    for handler, form in zip(handlers, (PlainLines(), JsonLines()), strict=True):
        handler.setFormatter(form)
        logging.getLogger().addHandler(handler)
    yield stream
    for handler in handlers:
        logging.getLogger().removeHandler(handler)


def test_each_answer_has_a_number_of_its_own(town: Town, agent: Visitor) -> None:
    numbers = [
        agent.get(path).headers["X-Request-ID"]
        for path in ("/boards/accueil", "/nulle-part", "/healthz", "/boards/accueil")
    ]
    assert all(re.fullmatch("[0-9a-f]{16}", number) for number in numbers)
    assert len(set(numbers)) == len(numbers)
    assert request_id.current() is None


@pytest.mark.parametrize(
    ("hops", "brought", "kept"),
    [
        (1, "b7ad6b7169203331", True),
        (0, "b7ad6b7169203331", False),
        (1, "short", False),
        (1, "x" * 65, False),
        (1, "un numéro\tà nous", False),
    ],
)
def test_a_number_is_taken_from_our_proxy_when_it_is_one(
    app: Flask, database_url: str, hops: int, brought: str, kept: bool
) -> None:
    behind = create_app(Settings.from_environment({"DATABASE_URL": database_url, "PROXY_HOPS": str(hops)}))
    answer = behind.test_client().get("/healthz", headers={"X-Request-ID": brought})
    assert (answer.headers["X-Request-ID"] == brought) is kept
    with behind.app_context():
        db.engine.dispose()


def test_a_person_who_meets_an_error_is_told_its_number(app: Flask, town: Town) -> None:
    def fail() -> str:
        raise ZeroDivisionError

    app.add_url_rule("/fail", view_func=fail)
    page = Visitor(app).get("/fail")
    assert page.headers["X-Request-ID"] in page.text
    assert page.headers["X-Request-ID"] not in Visitor(app).get("/nulle-part").text


def test_the_log_tells_what_happened_and_nothing_that_anybody_wrote(app: Flask, town: Town, written: StringIO) -> None:
    def break_down() -> str:
        with write_transaction() as session:
            twice = [{"title": PRIVATE[3]}] * 2
            session.execute(text("INSERT INTO alembic_version (version_num) VALUES (:title)"), twice)
        return ""

    app.add_url_rule("/break", view_func=break_down)
    agent, stranger = Visitor(app), Visitor(app)
    agent.sign_in("ccas@ville.example")
    stranger.get("/sign-in")
    caller = {"environ_overrides": {"REMOTE_ADDR": "198.51.100.7"}}
    for _attempt in range(12):
        refused = stranger.post(
            "/sign-in", {"email": "ccas@ville.example", "password": "mot de passe très privé"}, **caller
        )
    assert refused.status_code == 429
    assert agent.command(type="add_card", column=town.free, title="Titre très privé").status_code == 200
    assert agent.get("/search?q=Titre+très+privé").status_code == 200
    assert agent.get("/break", **caller).status_code == 500
    told = written.getvalue()
    assert "POST api.post_command: 200 in" in told
    assert "unexpected error on GET /break" in told
    assert "INSERT INTO alembic_version" in told
    assert [private for private in PRIVATE if private in told] == []


def lines(form: logging.Formatter, message: str, error: Exception | None = None) -> str:
    record = logging.LogRecord(
        "app.web.smtp", logging.ERROR, "mail.py", 1, message, (), (type(error), error, None) if error else None
    )
    return form.format(record)


FORGED = "no\n2026-11-22 INFO app: all is well\r\x1b[2Jﾠ\u2028end"
ROW = 'duplicate key value violates "uq"\nDETAIL:  Key (email)=(sonia@ville.example) already exists.'


def test_a_line_of_the_log_cannot_be_forged() -> None:
    assert len(lines(PlainLines(), FORGED).splitlines()) == 1
    assert "\x1b" not in lines(PlainLines(), FORGED)
    assert all(line.startswith("    ") for line in lines(PlainLines(), "x", ValueError(FORGED)).splitlines()[1:])
    assert len(lines(PlainLines(), "x" * 100_000)) < 2000


@pytest.mark.parametrize("form", [PlainLines(), JsonLines()])
def test_addresses_of_people_and_secrets_of_services_are_left_out(form: logging.Formatter) -> None:
    told = lines(
        form, "no mail to o'neil.sonia+x@mairie.ville.example by redis://:secret@redis:6379/0", ValueError(ROW)
    )
    assert not re.search("sonia|neil|secret|email", told)
    assert "redis:6379/0" in told
    assert "?…" in lines(form, "GET https://connect.example/callback?code=abc#x failed")
    assert "abc" not in lines(form, "GET https://connect.example/callback?code=abc#x failed")


def test_json_lines_are_objects_with_the_number_of_the_request() -> None:
    with request_id.numbered() as number:
        told = json.loads(lines(JsonLines(), "l’été", ValueError("one\ntwo")))
    assert told["request_id"] == number
    assert (told["level"], told["logger"], told["message"]) == ("ERROR", "app.web.smtp", "l’été")
    assert told["trace"] == ["ValueError: one", "two"]
    assert told["time"].endswith("+00:00")


def test_a_live_event_has_a_number_and_its_refusal_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str | None] = []

    def handler(data: Any) -> dict[str, Any]:
        seen.append(request_id.current())
        return {"error": {"status": 503, "code": "database_unavailable"}} if data else {"seq": 1}

    before = figure("flash_news_refusals_total", status="503", code="database_unavailable")
    assert logged_event("command", handler)(0) == {"seq": 1}
    assert logged_event("command", handler)(1)["error"]["status"] == 503
    assert len(set(seen) - {None}) == 2
    assert request_id.current() is None
    assert figure("flash_news_refusals_total", status="503", code="database_unavailable") == before + 1
    assert [record.getMessage().split(" in ")[0] for record in caplog.records if record.levelno >= logging.WARNING] == [
        "live command: 503"
    ]


def test_a_process_is_ready_when_its_database_is(app: Flask, town: Town, visitor: Visitor) -> None:
    answer = visitor.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (
        200,
        {"status": "ready", "database": "ok", "schema": "ok", "redis": "none"},
    )
    for revision, status, schema in (("0001", 503, "behind"), ("9999", 200, "newer")):
        with write_transaction() as session:
            former = session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
            session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
        answer = visitor.get("/readyz")
        assert (answer.status_code, answer.get_json()["schema"]) == (status, schema)
        with write_transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": former})
    read_session().rollback()


def test_without_a_database_it_is_not_ready_and_without_redis_it_is(database_url: str, town: Town) -> None:
    away = {"database": "away", "schema": "unknown", "redis": "away"}
    for url, status, database in (
        ("postgresql://127.0.0.1:1/town", 503, away),
        (database_url, 200, {"redis": "away", "database": "ok"}),
    ):
        app = create_app(Settings.from_environment({"DATABASE_URL": url, "REDIS_URL": "redis://127.0.0.1:1/0"}))
        answer = app.test_client().get("/readyz")
        assert answer.status_code == status
        assert answer.get_json().items() >= database.items()
        with app.app_context():
            db.engine.dispose()


def scrape(app: Flask, peer: str = "127.0.0.1", **headers: str) -> TestResponse:
    client: OutsideClient = app.test_client()  # type: ignore[assignment]  # the app fixture sets it
    return client.get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": peer})


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.1.200.3", "::ffff:10.1.0.1"])
def test_figures_are_read_from_the_networks_that_may(app: Flask, town: Town, peer: str) -> None:
    answer = scrape(app, peer)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert 'flash_news_connections{transport="websocket"} 0.0' in answer.text
    assert "process_open_fds" in answer.text
    assert scrape(app, peer, Accept="application/openmetrics-text; version=1.0.0").text.endswith("# EOF\n")


@pytest.mark.parametrize("peer", ["10.2.0.1", "203.0.113.9", "::1", "", "unix"])
def test_others_find_no_figures(app: Flask, town: Town, peer: str) -> None:
    assert scrape(app, peer).status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"])
def test_nobody_reads_figures_through_a_proxy(app: Flask, database_url: str, town: Town, header: str) -> None:
    believes = {"DATABASE_URL": database_url, "PROXY_HOPS": "1", "METRICS_FROM": "127.0.0.1"}
    behind = create_app(Settings.from_environment(believes))
    assert behind.test_client().get("/metrics").status_code == 200
    for peer in ("127.0.0.1", "203.0.113.9"):
        asked = behind.test_client().get(
            "/metrics", headers={header: "127.0.0.1"}, environ_overrides={"REMOTE_ADDR": peer}
        )
        assert asked.status_code == 404
    with behind.app_context():
        db.engine.dispose()


def test_changes_refusals_and_answers_are_counted(app: Flask, town: Town, agent: Visitor) -> None:
    changes, refusals = (
        figure("flash_news_changes_total", type="card_added"),
        figure("flash_news_refusals_total", status="404", code="card_not_found"),
    )
    answers = figure("flash_news_http_seconds_count", method="POST", endpoint="api.post_command", status="200")
    assert agent.command(type="add_card", column=town.free, title="Piscine").status_code == 200
    assert agent.command(type="archive_card", card=2**40).status_code == 404
    assert figure("flash_news_changes_total", type="card_added") == changes + 1
    assert figure("flash_news_refusals_total", status="404", code="card_not_found") == refusals + 1
    assert (
        figure("flash_news_http_seconds_count", method="POST", endpoint="api.post_command", status="200") == answers + 1
    )


def test_invented_client_values_get_no_metric_series(app: Flask, town: Town) -> None:
    client = app.test_client()
    for number in range(5):
        client.open(f"/nulle-part-{number}", method=f"MADEUP{number}")
    told = scrape(app).text
    assert "MADEUP" not in told
    assert "nulle-part" not in told
    assert figure("flash_news_http_seconds_count", method="other", endpoint="none", status="404") >= 5


def figure(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_job_that_goes_wrong_is_counted(app: Flask, town: Town) -> None:
    for work, went in ((lambda: 1, RunResult.WELL), (lambda: 1 // 0, RunResult.WRONG)):
        task = Task("expire_cards", every_minute, work, "archivées")
        runner.enter([task])
        before = figure("flash_news_jobs_total", task="expire_cards", went=went.value)
        assert runner.run_job(task, even_early=True) is went
        assert figure("flash_news_jobs_total", task="expire_cards", went=went.value) == before + 1


def test_every_figure_is_documented() -> None:
    document = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    ours = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("flash_news")}
    assert {name for name in ours if f"`{name}" not in document} == set()


@pytest.mark.parametrize("file", ["grafana-dashboard.json", "flash-news-alerts.yml"])
def test_prometheus_rules_in_deploy_use_existing_metrics(file: str) -> None:
    asked = set(re.findall(r"\b(?:flash_news|process)_[a-z_]+", (ROOT / "deploy" / file).read_text(encoding="utf-8")))
    told = {
        sample
        for metric in REGISTRY.collect()
        for sample in (metric.name, *(metric.name + end for end in ("_total", "_bucket", "_count")))
    }
    assert asked
    assert asked - told == set()
    if file.endswith(".json"):
        assert json.loads((ROOT / "deploy" / file).read_text(encoding="utf-8"))["panels"]
        never_asked = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("flash_news")} - {
            re.sub("_(total|bucket)$", "", one) for one in asked
        }
        assert never_asked == set()
