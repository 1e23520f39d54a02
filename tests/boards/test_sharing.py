"""Cards shareable with residents, and their public links."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from boards.clock import today
from boards.database import read_session, write_transaction
from boards.directory import make_default
from boards.models import Board, Card, Person
from boards.sharing import (
    count_print,
    create_public_link,
    find_public,
    may_revoke,
    revoke_public_link,
    shared_html,
    sharing_obstacle,
    sharing_state,
)
from tests.clock import Clock
from tests.town import Town


def why_not(town: Town, card_id: int, day: date | None = None) -> str | None:
    card = town.card(card_id)
    return sharing_obstacle(
        card, town.column(card.column_id), read_session().get_one(Board, card.board_id), day or today()
    )


def publish(town: Town, card: int) -> str:
    with write_transaction() as session:
        return create_public_link(session, card, town.agent)[0].token


def is_online(token: str) -> bool:
    read_session().rollback()
    return find_public(read_session(), token, today()) is not None


def alter(card: int, **fields: Any) -> None:
    with write_transaction() as session:
        session.execute(update(Card).where(Card.id == card).values(**fields))


def test_cards_of_a_service_are_shareable_unless_internal(town: Town) -> None:
    assert why_not(town, town.add_card()) is None
    assert why_not(town, town.add_card(tellable=False)) == "internal"
    assert why_not(town, town.add_card(column=town.free)) is None


def test_house_rules_and_suggestions_are_not_told(town: Town) -> None:
    for column in (town.guide, town.suggestions):
        card = town.add_card(column=column, actor=town.facilitator)
        alter(card, tellable=True)
        assert why_not(town, card) == "internal"


def test_cards_hidden_from_some_agents_are_not_shareable(town: Town) -> None:
    card = town.add_card()
    town.perform(town.facilitator, type="set_rights", column=town.service, agents="none", readers="none")
    assert why_not(town, card) == "internal"


def test_a_card_is_told_until_its_last_day_is_over(town: Town, clock: Clock) -> None:
    clock.set("2027-03-28 10:00")  # the clocks went forward this night
    card = town.add_card(valid_until="2027-03-28")
    token = publish(town, card)
    clock.set("2027-03-28 23:59")
    assert is_online(token)
    clock.set("2027-03-29 00:00")
    assert why_not(town, card) == "expired"
    assert not is_online(token)


def test_waiting_cards_are_not_shareable(town: Town) -> None:
    card = town.add_card(visible_from=(today() + timedelta(days=3)).isoformat())
    assert why_not(town, card) == "scheduled"
    assert not is_online(publish(town, card))


def test_a_link_follows_the_visibility_of_its_card(town: Town) -> None:
    card = town.add_card()
    token = publish(town, card)
    with write_transaction() as session:
        make_default(session, town.other_board)  # the default board is not archived
    targets: dict[str, dict[str, Any]] = {"card": {"card": card}, "column": {"column": town.service}, "board": {}}
    for what, which in targets.items():
        town.perform(town.facilitator, type=f"archive_{what}", **which)
        assert not is_online(token)
        town.perform(town.facilitator, type=f"restore_{what}", **which)
        assert is_online(token)
    alter(card, tellable=False)
    assert not is_online(token)


def test_a_card_has_one_link_until_it_is_revoked_and_then_another(town: Town) -> None:
    card = town.add_card()
    first = publish(town, card)
    assert publish(town, card) == first
    with write_transaction() as session:
        assert revoke_public_link(session, card)
        assert not revoke_public_link(session, card)
    assert not is_online(first)
    second = publish(town, card)
    assert second != first
    assert is_online(second)
    assert not is_online(first)


def test_addresses_are_long_and_nobody_guesses_one(town: Town) -> None:
    tokens = {publish(town, town.add_card()) for _each in range(20)}
    assert len(tokens) == 20
    assert all(len(token) >= 22 for token in tokens)
    for guess in ("", "x", "\0", "é", "' OR 1=1 --", "%", "x" * 5000, "\ud800"):
        assert not is_online(guess)


def test_prints_are_counted_and_stay_counted(town: Town) -> None:
    card = town.add_card()
    with write_transaction() as session:
        count_print(session, card)  # it has no link yet: nothing to count on
        create_public_link(session, card, town.agent)
        count_print(session, card)
        count_print(session, card)
        revoke_public_link(session, card)
        count_print(session, card)
    read_session().rollback()
    assert sharing_state(read_session(), card).prints == 3
    publish(town, card)
    with write_transaction() as session:
        count_print(session, card)
    read_session().rollback()
    assert sharing_state(read_session(), card).prints == 4


def test_links_go_with_their_card(town: Town) -> None:
    card = town.add_card()
    token = publish(town, card)
    with write_transaction() as session:
        session.delete(session.get_one(Card, card))
    assert not is_online(token)


@pytest.mark.parametrize(
    "address", ["/cards/3", "/CARDS/3", "https://flash.ville.fr/cards/3", "HTTPS://Flash.Ville.fr/boards/accueil?q=1"]
)
def test_links_to_other_cards_are_not_told(town: Town, address: str) -> None:
    outside = '<a href="https://ville.fr/p" rel="noopener noreferrer">la ville</a>'
    card = town.card(town.add_card(body=f'<p>Voir <a href="{address}">la <strong>carte</strong></a> et {outside}</p>'))
    assert shared_html(card, "https://flash.ville.fr") == f"<p>Voir la <strong>carte</strong> et {outside}</p>"


def test_links_to_public_pages_are_told(town: Town) -> None:
    card = town.card(town.add_card(body='<p><a href="https://flash.ville.fr/p/abc">la piscine</a></p>'))
    assert "/p/abc" in shared_html(card, "https://flash.ville.fr")


@pytest.mark.parametrize("who", ["facilitator", "agent", "colleague"])
def test_revoking_needs_the_right_to_place_the_card_or_authorship_of_the_page(town: Town, who: str) -> None:
    card_id = town.add_card()
    reader, person = read_session().get_one(Person, town.reader), read_session().get_one(Person, getattr(town, who))
    card = read_session().get_one(Card, card_id)
    column = town.column(card.column_id)
    with write_transaction() as session:
        create_public_link(session, card_id, getattr(town, who))
    read_session().rollback()
    so_far = sharing_state(read_session(), card_id)
    assert may_revoke(person, card, column, so_far)
    assert not may_revoke(reader, card, column, so_far)
