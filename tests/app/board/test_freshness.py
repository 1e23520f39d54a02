"""« À vérifier », and the validity of a card in the panel, the board, the archive and the API."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from boards.clock import today
from boards.database import read_session
from boards.freshness import expire_due
from tests.clock import Clock
from tests.town import Town
from tests.visitor import Visitor

PAGE = "/boards/accueil/to-check"


@pytest.fixture
def old(town: Town, clock: Clock) -> int:
    """Create a card nobody has confirmed for four months."""
    clock.set("2026-07-20 10:00")
    card = town.add_card("Horaires d’été", internal_note="Badge chez\nle gardien")
    clock.set("2026-11-23 10:00")
    return card


@pytest.fixture
def sonia(visitor: Visitor, old: int) -> Visitor:
    visitor.sign_in("ccas@ville.example")
    return visitor


def words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def form_of(page: str, card: int, type: str) -> dict[str, str]:
    forms = [dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) for form in page.split("<form")[1:]]
    return next(form for form in forms if form.get("card") == str(card) and form.get("type") == type)


def test_the_page_lists_what_to_check_and_one_click_without_script_confirms(
    sonia: Visitor, town: Town, old: int, clock: Clock
) -> None:
    page = sonia.get(PAGE).text
    assert "Horaires d’été plus confirmée depuis le 20 juillet 2026 · Sonia Bernard" in words(page)
    asked = form_of(page, old, "confirm_card")
    for _twice in range(2):
        answer = sonia.post(PAGE, asked)
        assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert [change.type for change in town.log].count("card_confirmed") == 1
    assert town.card(old).confirmed_at == clock.moment
    page = sonia.get(PAGE).text
    assert "L’info est confirmée." in page
    assert "Rien à vérifier" in page


def test_the_page_archives_too(sonia: Visitor, town: Town, old: int) -> None:
    sonia.post(PAGE, form_of(sonia.get(PAGE).text, old, "archive_card"))
    assert town.card(old).archived_at is not None


def test_others_have_nothing_to_check_and_may_not_confirm(visitor: Visitor, town: Town, old: int) -> None:
    visitor.sign_in("mediatheque@ville.example")
    assert "Rien à vérifier" in visitor.get(PAGE).text
    visitor.post(PAGE, {"type": "confirm_card", "card": str(old)})
    assert "Vous ne pouvez pas modifier cette info" in visitor.get(PAGE).text
    assert "card_confirmed" not in [change.type for change in town.log]


@pytest.mark.parametrize(
    "asked",
    [{}, {"type": "erase_card", "card": "1"}, {"type": "confirm_card", "card": "9" * 40}, {"type": "confirm_card"}],
)
def test_a_form_made_up_by_hand_does_nothing(sonia: Visitor, town: Town, asked: dict[str, str]) -> None:
    before = town.seq
    assert sonia.post(PAGE, asked).status_code in (303, 422)
    assert town.seq == before


def test_the_panel_says_first_how_long_a_card_holds_and_to_whom_it_may_be_told(
    sonia: Visitor, town: Town, old: int
) -> None:
    page = sonia.get(f"/cards/{old}", headers={"X-Fragment": "panel"}).text
    assert page.index('class="validity-status"') < page.index('class="body"')
    told = words(page)
    assert "À vérifier : plus confirmée depuis le 20 juillet 2026" in told
    assert "Peut être dit aux usagers" in told
    assert "Badge chez\nle gardien</p>" in page
    town.perform(town.facilitator, type="edit_card", card=old, version=1, tellable=False, valid_until="2026-11-27")
    read_session().rollback()
    told = words(sonia.get(f"/cards/{old}", headers={"X-Fragment": "panel"}).text)
    assert "Confirmée le 23 novembre 2026 par Élise Laurent · valable jusqu’au 27 novembre 2026" in told
    assert "Interne : ne pas dire aux usagers" in told


def test_cards_say_to_script_and_people_how_they_stand(sonia: Visitor, town: Town, old: int) -> None:
    page = sonia.get("/boards/accueil").text
    assert f'id="card-{old}"' in page
    (card,) = re.findall(r'<li class="card" [^>]*id="card-1".*?</li>', page, re.DOTALL)
    assert 'data-confirmed="2026-07-20"' in card
    assert "data-internal" not in card
    town.perform(town.agent, type="edit_card", card=old, version=1, tellable=False, valid_until="2026-11-27")
    (card,) = re.findall(r'<li class="card" [^>]*id="card-1".*?</li>', sonia.get("/boards/accueil").text, re.DOTALL)
    assert '<time datetime="2026-11-27" data-words="until">' in card
    assert "data-confirmed" not in card
    assert "data-internal" in card
    assert "Interne" in words(card)
    assert 'data-check-after="90"' in sonia.get("/boards/accueil").text


def test_the_archive_shows_what_waits_to_those_who_may_edit_it_alone(
    visitor: Visitor, sonia: Visitor, town: Town, clock: Clock
) -> None:
    waiting = town.add_card("Vœux du maire", visible_from="2027-01-08")
    ended = town.add_card("Marché de Noël", valid_until=today().isoformat())
    clock.advance(timedelta(days=1))
    expire_due()
    told = words(sonia.get("/boards/accueil/archive").text)
    assert "Programmées" in told
    assert "visible à partir du 8 janvier 2027 Publier maintenant Modifier" in told
    assert "Marché de Noël Service · expirée le 23 novembre 2026" in told
    assert sonia.get(f"/cards/{waiting}").status_code == 200
    history = words(sonia.get("/boards/accueil/history").text)
    assert re.search(r"Flash News .{0,80}Info expirée", history)
    assert "agent supprimé" not in history
    visitor.sign_in("mediatheque@ville.example")
    page = visitor.get("/boards/accueil/archive").text
    assert ("Vœux" in page, "Programmées" in page, f"/cards/{ended}" in page) == (False, False, True)
    for path in (
        f"/cards/{waiting}",
        f"/cards/{waiting}/history",
        f"/boards/accueil/past/{town.seq - 1}/cards/{waiting}",
    ):
        assert visitor.get(path).status_code == 404
    assert "Vœux" not in visitor.get("/boards/accueil/history").text


def test_the_api_tells_how_a_card_holds(sonia: Visitor, old: int) -> None:
    board = sonia.get("/api/boards/accueil").get_json()
    (card,) = board["cards"]
    assert (card["confirmed_at"], card["tellable"], card["internal_note"]) == (
        "2026-07-20T08:00:00+00:00",
        True,
        "Badge chez\nle gardien",
    )
    assert {column["check_after"] for column in board["columns"]} == {90}


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        (
            {"valid_until": "2026-11-22"},
            "valid_until",
            "Ce jour est passé\u00a0: choisissez aujourd’hui ou un jour à venir.",
        ),
        ({"valid_until": "2026-02-30"}, "valid_until", "Cette date n’existe pas (attendu\u00a0: AAAA-MM-JJ)."),
        (
            {"visible_from": "2026-12-02", "valid_until": "2026-12-01"},
            "valid_until",
            "Cette info finirait avant d’être visible\u00a0: changez l’un des deux jours.",
        ),
    ],
)
def test_wrong_dates_are_told_by_field_in_french(
    sonia: Visitor, town: Town, fields: dict[str, str], field: str, message: str
) -> None:
    answer = sonia.command(type="add_card", column=town.service, title="Info", **fields)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"], answer.get_json()["errors"][0]["message"]) == (
        422,
        field,
        message,
    )
