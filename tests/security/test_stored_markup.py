"""Stored markup stays inert wherever it is pages_with_text: pages, fragments, print, export, mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from flask import Flask
from sqlalchemy import update

from app.accounts.models import SignIn
from app.town.models import Town as TownRow
from app.web.smtp import _message
from boards.database import read_session, write_transaction
from boards.models import Person, Service
from config import Smtp
from tests.app.access import ROUTES
from tests.app.test_access import Doors
from tests.security.conftest import Signed
from tests.town import Town
from tests.visitor import Visitor

# Tries to break out of text, attributes with either quote, title, textarea, script and comments.
HOSTILE = """<x-probe>'"><x-probe onfocus=alert(1)></title></textarea></script>--><x-probe>"""
BODY = (
    f"<p>{HOSTILE}<img src=x onerror=alert(1)><svg onload=alert(1)>"
    '<a href="javascript:alert(1)">a</a><a href="https://ville.example" onclick="x">b</a></p>'
)
LINKS = re.compile(r"(?:https?://|mailto:|tel:|/|#|\?)")


def fill(town: Town, visitor: Visitor, mate: Visitor) -> dict[str, int]:
    """Put hostile text into every stored field; fields without a form are written directly."""
    act = town.perform
    act(town.facilitator, type="edit_board", title=HOSTILE)
    column = next(iter(act(town.facilitator, type="add_column", title=HOSTILE, kind="free").columns))
    card = town.add_card(HOSTILE, column=column, body=BODY, actor=town.agent)
    act(town.agent, type="edit_card", card=card, version=1, internal_note=HOSTILE, body=BODY + "<p>encore</p>")
    act(town.agent, type="set_labels", card=card, labels=[HOSTILE[:35]])
    request = town.add_card(HOSTILE, column=town.suggestions, body=BODY, actor=town.colleague)
    act(town.colleague, type="set_suggestion", card=request, suggestion="request", asked=town.ccas)
    act(town.agent, type="reply", card=request, text=HOSTILE)
    act(town.facilitator, type="set_status", card=request, status="studied")
    act(town.facilitator, type="set_status", card=request, status="declined", note=HOSTILE)
    rule = town.add_card(HOSTILE, column=town.guide, body=BODY, actor=town.facilitator)
    act(town.facilitator, type="require_reading", card=rule, required=True)
    gone = town.add_card(HOSTILE, column=column, body=BODY, actor=town.agent)
    act(town.agent, type="archive_card", card=gone)
    act(town.agent, type="flash_card", card=card, on=True)
    visitor.get("/search?q=%3Cx-probe%3E%22%27&board=accueil")
    visitor.post("/search/in-vain", {"q": HOSTILE, "board": "accueil"})
    visitor.client.put(
        "/boards/accueil/filters",
        json={"name": HOSTILE[:50], "query": "q=" + "%3Cx-probe%3E"},
        headers={"X-CSRFToken": visitor.csrf_token},
    )
    visitor.post("/profile/tokens", {"label": HOSTILE, "scope": "read"})
    mate.get("/boards/accueil", headers={"User-Agent": HOSTILE, "Accept": "text/html"})
    with write_transaction() as session:
        session.execute(update(Person).values(name=HOSTILE))
        session.execute(update(Service).values(name=HOSTILE, contact=HOSTILE, hours=HOSTILE))
        session.execute(update(SignIn).values(user_agent=HOSTILE, address="<x-probe>"))
        session.merge(TownRow(id=1, name=HOSTILE, address=HOSTILE, contact=HOSTILE, hours=HOSTILE))
    read_session().rollback()
    return {"card": card, "request": request, "column": column, "rule": rule}


def pages_of(doors: Doors, ids: dict[str, int]) -> Iterator[str]:
    for method, rule in ROUTES:
        if method != "GET" or "sign-in/oidc" in rule:
            continue
        for card in (ids["card"], ids["request"], ids["rule"]) if "card_id" in rule else (0,):
            path = doors._path(
                rule.replace("<int:card_id>", str(card)).replace("<int:column_id>", str(ids["column"])), "own"
            )
            yield path
    hostile = "%3Cx-probe%3E%22%3E%3Cx-probe+onfocus%3D1%3E"
    yield from (
        f"{path}?q={hostile}&next={hostile}&as={hostile}&label={hostile}&action={hostile}&format={hostile}"
        for path in ("/sign-in", "/search", "/log", "/people", "/boards/accueil")
    )
    yield f"/boards/accueil/news?page={hostile}"
    yield f"/boards/accueil/history?kind={hostile}&before={hostile}"
    yield f"/boards/accueil/{hostile}"


def test_no_page_contains_injected_elements(app: Flask, town: Town, doors: Doors, signed: Signed) -> None:
    ids = fill(town, doors.visitor, signed("colleague"))
    pages_with_text = 0
    for path in pages_of(doors, ids):
        variants = [{"Accept": "text/html"}, {"Accept": "text/html", "X-Fragment": "panel"}]
        for headers in variants if path == f"/cards/{ids['card']}" else variants[:1]:
            answer = doors.visitor.client.get(path, headers=headers)
            kind = answer.headers["Content-Type"]
            if kind.startswith("text/html"):
                page = Page(answer.text)
                assert page.injected == [], (path, page.injected[:3])
                pages_with_text += "x-probe" in answer.text
            else:  # not a page: a browser must not interpret it as HTML
                assert kind.startswith(("application/json", "application/problem+json", "text/csv", "image/webp")), (
                    path,
                    kind,
                )
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert pages_with_text > 40  # otherwise the hostile text was not pages_with_text at all


def test_live_changes_contain_no_injected_elements(town: Town, signed: Signed) -> None:
    agent = signed("agent")
    answer = agent.command(type="add_card", column=town.free, title=HOSTILE, body=BODY).json
    assert answer is not None
    [card] = answer["changes"][0]["cards"].values()
    assert Page(card["html"]).injected == []
    [found] = agent.client.get(f"/api/boards/accueil/search?q={HOSTILE[:9]}&board=accueil").json["results"]  # type: ignore[index]
    assert Page(found["excerpt_html"] + found.get("title_html", "")).injected == []


def test_the_public_page_and_the_printed_sheet_contain_no_injected_elements(
    app: Flask, town: Town, signed: Signed
) -> None:
    facilitator = signed("facilitator")
    ids = fill(town, facilitator, signed("colleague"))
    town.perform(town.agent, type="edit_card", card=ids["card"], version=town.card(ids["card"]).version, tellable=True)
    facilitator.post(f"/cards/{ids['card']}/public-link")
    paper = facilitator.get(f"/cards/{ids['card']}/sheet").text
    [token] = set(re.findall(r"/p/([\w-]{20,})", paper))
    public = Visitor(app).get(f"/p/{token}").text
    assert "x-probe" in public
    assert Page(public).injected == Page(paper).injected == []
    pdf = facilitator.post(f"/cards/{ids['card']}/sheet.pdf")
    assert b"/JavaScript" not in pdf.data
    assert b"/Launch" not in pdf.data
    assert "<" not in pdf.headers["Content-Disposition"]


def test_a_mail_subject_cannot_inject_headers(app: Flask) -> None:
    smtp = Smtp(host="127.0.0.1", port=25, security="none", sender="Flash News <flash@ville.example>")
    message = _message(smtp, "a@ville.example", "Piscine\r\nBcc: tout-le-monde@ville.example\n\n<x-probe>", HOSTILE)
    assert message.keys() == [
        "To",
        "From",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
    ]
    assert message.get_content_type() == "text/plain"
    assert "\nBcc:" not in message.as_string()


class Page(HTMLParser):
    """Collect injected elements and event handlers that a browser would act on."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.injected: list[str] = []
        self.inline = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in (
            "x-probe",
            "img" if ("src", "x") in attributes else "",
            "object",
            "embed",
            "iframe",
            "base",
            "style",
        ):
            self.injected.append(f"<{tag}> {attributes}")
        self.inline = (
            tag == "script" and not dict(attributes).get("src") and dict(attributes).get("type") != "application/json"
        )
        for name, value in attributes:
            if name.startswith("on") or name == "style":
                self.injected.append(f"<{tag} {name}={value}>")
            if (
                name in ("href", "src", "action", "formaction")
                and value
                and value != "data:,"
                and not LINKS.match(value.strip())
            ):
                self.injected.append(f"<{tag} {name}={value}>")

    def handle_data(self, data: str) -> None:
        if self.inline and data.strip():
            self.injected.append(f"script: {data[:40]}")
        self.inline = False
