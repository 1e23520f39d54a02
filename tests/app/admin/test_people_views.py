"""People management: search, invite, edit, disable and erase."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Account, ApiToken, Identity, OneTimeLink, Purpose, SignIn
from app.accounts.one_time_links import create_one_time_link
from app.accounts.service import add_account, create_api_token, disable_by_email
from app.audit import log as audit_log
from app.audit.models import AuditEntry
from app.web.smtp import CannotSend
from boards.database import db, now, read_session, write_transaction
from boards.directory import create_person
from boards.models import Person, Photo, Role
from boards.models.personal import Fold
from tests.town import Town
from tests.visitor import Visitor

LINK = re.compile(r'class="link" readonly value="([^"]+)"')
LEO = {"name": "Léo Dumas", "email": "mediatheque@ville.example", "role": "agent", "services": "mediatheque"}
INVITED = {"name": "Zoé Petit", "email": "Zoe@Ville.example", "role": "agent", "services": "ccas"}


@pytest.fixture
def facilitator(town: Town, visitor: Visitor) -> Visitor:
    visitor.sign_in("dtan@ville.example")
    return visitor


def account(email: str) -> Account | None:
    db.session.rollback()
    return read_session().scalar(select(Account).where(Account.email == email))


def person(person_id: int) -> Person:
    db.session.rollback()
    return read_session().get_one(Person, person_id)


def count(model: type) -> int:
    db.session.rollback()
    return read_session().scalar(select(func.count()).select_from(model)) or 0


def second_facilitator() -> int:
    return add_account(
        "appui@ville.example", "Gaël Da Costa", Role.FACILITATOR, [], "quatre mots sans aucun lien"
    ).person_id


@pytest.mark.parametrize("action", ["", "/disable", "/enable", "/sign-out", "/invitation", "/password-link", "/erase"])
def test_an_agent_does_nothing_to_anybody(town: Town, visitor: Visitor, action: str) -> None:
    visitor.sign_in("ccas@ville.example")
    assert (
        visitor.post(
            f"/people/{town.agent}{action}", {"name": "Reine", "email": "x@ville.example", "role": "facilitator"}
        ).status_code
        == 403
    )
    assert (person(town.agent).role, person(town.agent).name) == ("agent", "Sonia Bernard")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=leo", {"Léo Dumas"}),
        ("q=ÉLISE", {"Élise Laurent"}),
        ("q=dumas mediatheque@", {"Léo Dumas"}),
        ("service=1", {"Sonia Bernard"}),
        ("role=reader", {"Carole Viala"}),
        ("state=disabled", {"Léo Dumas"}),
        ("state=active&role=agent", {"Sonia Bernard"}),
        ("q=personne", set()),
        ("service=999999999999999999999", {"Élise Laurent", "Sonia Bernard", "Léo Dumas", "Carole Viala"}),
    ],
)
def test_people_are_found_by_name_address_service_role_and_state(
    town: Town, facilitator: Visitor, query: str, found: set[str]
) -> None:
    disable_by_email("mediatheque@ville.example")
    assert set(re.findall(r"<bdi>([^<]+)</bdi>", facilitator.get(f"/people?{query}").text)) == found


def test_beyond_a_hundred_people_come_page_by_page(town: Town, facilitator: Visitor) -> None:
    with write_transaction() as session:
        for number in range(120):
            someone = create_person(session, f"Agent {number:03}", Role.AGENT)
            session.add(Account(person_id=someone.id, email=f"agent{number:03}@ville.example"))
    first, last = facilitator.get("/people").text, facilitator.get("/people?page=99").text
    assert first.count('<th scope="row">') == 100
    assert 'rel="next"' in first
    assert "Page 2 sur 2" in last
    assert "Sonia Bernard" in last


def test_inviting_makes_an_account_without_a_password_and_shows_its_link_once(town: Town, facilitator: Visitor) -> None:
    answer = facilitator.post("/people/new", INVITED)
    made = account("zoe@ville.example")
    assert made is not None
    assert (made.password_hash, made.person.name, [service.slug for service in made.person.services]) == (
        None,
        "Zoé Petit",
        ["ccas"],
    )
    assert answer.location == f"/people/{made.person_id}"
    shown = LINK.search(facilitator.get(answer.location).text)
    assert shown
    assert (
        Visitor(facilitator.client.application).get(shown[1].removeprefix("http://127.0.0.1:5000")).status_code == 200
    )
    assert not LINK.search(facilitator.get(answer.location).text)


def test_an_invitation_that_cannot_be_mailed_is_said_and_its_link_shown(
    app: Flask, town: Town, facilitator: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*_arguments: object) -> None:
        raise CannotSend("Le serveur de messagerie ne répond pas.")

    with_mail(app, monkeypatch, cannot)
    page = facilitator.post("/people/new", INVITED, follow_redirects=True).text
    assert "Le serveur de messagerie ne répond pas." in page
    assert LINK.search(page)


def test_an_invitation_is_mailed_where_mail_is_set_up(
    app: Flask, town: Town, facilitator: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    with_mail(app, monkeypatch, lambda account, _url, _by: sent.append(account.email))
    facilitator.post("/people/new", INVITED)
    assert sent == ["zoe@ville.example"]


def with_mail(app: Flask, monkeypatch: pytest.MonkeyPatch, send: Callable[..., None]) -> None:
    monkeypatch.setattr("app.admin.invitation_service.send_invitation", send)
    settings = app.config["SETTINGS"]
    monkeypatch.setitem(
        app.config,
        "SETTINGS",
        type("WithMail", (), {"smtp": object(), "__getattr__": lambda _self, name: getattr(settings, name)})(),
    )


def test_inviting_somebody_known_leads_to_them(town: Town, facilitator: Visitor) -> None:
    refused = facilitator.post("/people/new", {**INVITED, "email": "ccas@ville.example"})
    assert refused.status_code == 422
    assert f'<a href="/people/{town.agent}">Sonia Bernard</a>' in refused.text
    assert count(Account) == 4


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", ""),
        ("name", "=CALC()"),
        ("name", "@SUM(A1)"),
        ("name", "x" * 201),
        ("email", "sans-arobase"),
        ("email", "a@ville.example\nBcc: b@ville.example"),
        ("email", "a,b@ville.example"),
        ("role", "roi"),
        ("services", "nulle-part"),
    ],
)
def test_wrong_input_is_said_beside_its_field_and_the_rest_kept(
    town: Town, facilitator: Visitor, field: str, text: str
) -> None:
    refused = facilitator.post("/people/new", {**INVITED, field: text})
    assert refused.status_code == 422
    assert f'id="{field}-problem"' in refused.text
    assert "Zoé Petit" in refused.text or field == "name"
    assert count(Account) == 4


def test_changing_somebody_takes_effect_and_is_logged(town: Town, facilitator: Visitor) -> None:
    before = person(town.agent).version
    fields = {"name": "Sonia Petit", "email": "sonia@ville.example", "role": "agent", "services": "mediatheque"}
    for _twice in range(2):
        assert facilitator.post(f"/people/{town.agent}", fields).status_code == 303
    changed = person(town.agent)
    assert (changed.name, changed.version, [service.slug for service in changed.services]) == (
        "Sonia Petit",
        before + 1,
        ["mediatheque"],
    )
    entry = read_session().scalars(select(AuditEntry).where(AuditEntry.action == "person_changed")).one()
    assert entry.facts["changed"]["services"] == [["ccas"], ["mediatheque"]]
    assert "ccas → mediatheque" in facilitator.get("/log").text


def test_promoting_to_facilitator_announces_the_longer_password(town: Town, facilitator: Visitor) -> None:
    fields = {"name": "Sonia Bernard", "email": "ccas@ville.example", "services": "ccas"}
    for role, told in [("facilitator", True), ("facilitator", False), ("agent", False)]:
        page = facilitator.get(facilitator.post(f"/people/{town.agent}", {**fields, "role": role}).location).text
        assert ("un mot de passe de 16 caractères lui sera demandé" in page) is told


def test_none_is_as_one_in_french(town: Town, facilitator: Visitor) -> None:
    assert "0 session ouverte · 0 jeton d’API" in facilitator.get(f"/people/{town.agent}").text


def test_an_address_that_is_taken_is_not_given_twice(town: Town, facilitator: Visitor) -> None:
    refused = facilitator.post(
        f"/people/{town.agent}", {"name": "Sonia", "email": "elu@ville.example", "role": "agent"}
    )
    assert refused.status_code == 422
    assert "Carole Viala" in refused.text
    assert account("ccas@ville.example") is not None


def test_the_last_facilitator_stays_one(town: Town, facilitator: Visitor) -> None:
    fields = {"name": "Élise", "email": "dtan@ville.example", "role": "agent"}
    refused = facilitator.post(f"/people/{town.facilitator}", fields)
    assert refused.status_code == 422
    assert "dernier compte d’animateur" in refused.text
    facilitator.post("/people/new", {**INVITED, "role": "facilitator"})  # who has not come in yet does not count
    assert facilitator.post(f"/people/{town.facilitator}", fields).status_code == 422
    second_facilitator()
    assert facilitator.post(f"/people/{town.facilitator}", fields).status_code == 303


@pytest.mark.parametrize("action", ["disable", "erase"])
def test_nobody_closes_their_own_account(town: Town, facilitator: Visitor, action: str) -> None:
    second_facilitator()
    page = facilitator.post(f"/people/{town.facilitator}/{action}", follow_redirects=True)
    assert "votre propre compte" in page.text
    assert person(town.facilitator).disabled_at is None


def test_disabling_signs_out_and_enabling_lets_in_again(app: Flask, town: Town, facilitator: Visitor) -> None:
    agent = Visitor(app)
    agent.sign_in("ccas@ville.example")
    for _twice in range(2):
        assert facilitator.post(f"/people/{town.agent}/disable").status_code == 303
    assert agent.get("/boards/accueil").status_code == 303
    facilitator.post(f"/people/{town.agent}/enable")
    assert agent.sign_in("ccas@ville.example").status_code == 303


def test_sessions_are_ended_and_the_account_stays_open(app: Flask, town: Town, facilitator: Visitor) -> None:
    agent = Visitor(app)
    agent.sign_in("ccas@ville.example")
    facilitator.post(f"/people/{town.agent}/sign-out")
    assert agent.get("/boards/accueil").status_code == 303
    assert agent.sign_in("ccas@ville.example").status_code == 303


@pytest.mark.parametrize(
    ("action", "purpose"), [("invitation", Purpose.INVITATION), ("password-link", Purpose.PASSWORD)]
)
def test_a_new_link_replaces_the_one_before(town: Town, facilitator: Visitor, action: str, purpose: Purpose) -> None:
    links = [
        LINK.search(facilitator.post(f"/people/{town.agent}/{action}", follow_redirects=True).text) for _ in range(2)
    ]
    assert links[0]
    assert links[1]
    assert links[0][1] != links[1][1]
    assert [link.purpose for link in read_session().scalars(select(OneTimeLink))] == [purpose]


def test_erasing_forgets_the_person_and_keeps_what_they_wrote(town: Town, facilitator: Visitor) -> None:
    card = town.add_card("Piscine fermée", actor=town.colleague, column=town.free)
    create_api_token("mediatheque@ville.example", "essai")
    with write_transaction() as session:
        made = session.scalars(select(Account).where(Account.email == "mediatheque@ville.example")).one()
        session.add_all(
            [
                Photo(person_id=town.colleague, webp=b"x"),
                Fold(person_id=town.colleague, column_id=town.free),
                Identity(account_id=made.id, issuer="https://ici.example", subject="42"),
                SignIn(account_id=made.id, token_hash="0" * 64),
            ]
        )
        audit_log.record(
            session,
            "person_changed",
            "mediatheque@ville.example",
            actor=town.facilitator,
            changed={"name": ["Léo", "Léo Dumas"]},
        )
        audit_log.record(session, "signed_in", "mediatheque@ville.example", actor=town.colleague)
    before = person(town.colleague).version
    facilitator.post("/sign-out")
    facilitator.sign_in("dtan@ville.example")
    sign_ins = count(SignIn)

    assert "1 info reste" in facilitator.get(f"/people/{town.colleague}/erase").text
    assert facilitator.post(f"/people/{town.colleague}/erase").status_code == 303

    gone = person(town.colleague)
    assert (gone.name, gone.services, gone.version) == ("", [], before + 1)
    assert gone.erased_at is not None
    assert gone.disabled_at is not None
    assert account("mediatheque@ville.example") is None
    assert [count(model) for model in (Photo, Fold, Identity, ApiToken)] == [0, 0, 0, 0]
    assert count(SignIn) == sign_ins - 1
    assert town.card(card).author_id == town.colleague
    told = " ".join(f"{entry.subject} {entry.facts}" for entry in read_session().scalars(select(AuditEntry)))
    assert "mediatheque@ville.example" not in told
    assert "Léo Dumas" not in told
    assert facilitator.get(f"/people/{town.colleague}").status_code == 404
    assert facilitator.post(f"/people/{town.colleague}/erase").status_code == 404


def test_erasing_forgets_former_names_and_addresses_too(town: Town, facilitator: Visitor) -> None:
    with write_transaction() as session:
        audit_log.record(session, "signed_in", "mediatheque@ville.example", actor=town.colleague)
    assert (
        facilitator.post(
            f"/people/{town.colleague}", {**LEO, "name": "Léa Martin", "email": "lea@ville.example"}
        ).status_code
        == 303
    )
    facilitator.post(f"/people/{town.colleague}/erase")
    told = " ".join(f"{entry.subject} {entry.facts}" for entry in read_session().scalars(select(AuditEntry)))
    assert [
        word for word in ("mediatheque@ville.example", "lea@ville.example", "Léo Dumas", "Léa Martin") if word in told
    ] == []


@pytest.mark.parametrize("purpose", list(Purpose))
def test_links_sent_to_an_address_are_worthless_once_it_is_corrected(
    app: Flask, town: Town, facilitator: Visitor, purpose: Purpose
) -> None:
    with write_transaction() as session:
        url = create_one_time_link(
            session, session.scalars(select(Account).where(Account.person_id == town.colleague)).one(), purpose
        )
    path = url.removeprefix("http://127.0.0.1:5000")
    facilitator.post(f"/people/{town.colleague}", {**LEO, "name": "Léo D."})
    assert Visitor(app).get(path).status_code == 200
    facilitator.post(f"/people/{town.colleague}", {**LEO, "email": "leo@ville.example"})
    assert Visitor(app).get(path).status_code == 404


def test_people_unknown_are_not_found(town: Town, facilitator: Visitor) -> None:
    for number in (99, 2**70):
        assert facilitator.get(f"/people/{number}").status_code == 404


def test_links_for_everybody_waiting_are_collected_once(town: Town, facilitator: Visitor) -> None:
    facilitator.post("/people/new", INVITED)
    with write_transaction() as session:
        session.scalars(select(OneTimeLink)).one().expires_at = now() - timedelta(days=1)
    assert "zoe@ville.example" in facilitator.get("/people/invitations").text
    collected = facilitator.post("/people/invitations", {"how": "collect"})
    assert collected.headers["Content-Disposition"] == 'attachment; filename="invitations.csv"'
    assert re.search(r"^Zoé Petit;zoe@ville\.example;http\S+\r$", collected.text, re.MULTILINE)
    assert facilitator.post("/people/invitations", {"how": "collect"}).status_code == 303
    assert count(OneTimeLink) == 1


def test_mailing_links_stops_at_the_first_that_fails_and_says_whose(
    app: Flask, town: Town, facilitator: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Anne", "Bruno", "Chloé"):
        with write_transaction() as session:
            someone = create_person(session, name, Role.AGENT)
            session.add(Account(person_id=someone.id, email=f"{name[0].lower()}@ville.example"))

    def send(account: Account, _url: str, _by: Person) -> None:
        if account.email == "b@ville.example":
            raise CannotSend("Adresse refusée.")

    with_mail(app, monkeypatch, send)
    page = facilitator.post("/people/invitations", {"how": "mail"}, follow_redirects=True).text
    assert "1 invitation est partie." in page
    assert "b@ville.example n’est pas partie" in page.replace("L’invitation de ", "")
    assert set(re.findall(r"<td>(\w)@ville", page)) == {"b", "c"}
