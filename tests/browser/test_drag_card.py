"""Drag a card with the mouse; it lands at the same place for both people."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Lanes, SeatSomebody
from tests.browser.desk import NETWORK_TROUBLE, READER, Desk


def named(lanes: Lanes, *titles: str) -> list[str]:
    number = lanes.left.split()[-1]
    return [f"{title} {number}" for title in titles]


def test_a_card_dragged_within_its_column_moves_for_both(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    one, two, three = named(lanes, "Un", "Deux", "Trois")
    anna.drag(anna.card(one), anna.card(three), where="bottom")
    for desk in (anna, boris):
        desk.expect_cards(lanes.left, [two, three, one])
    boris.page.reload()
    boris.expect_cards(lanes.left, [two, three, one])
    assert anna.titles(lanes.left_id) == [two, three, one]


def test_a_card_dragged_to_another_column_moves_for_both(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    one, two, three, four = named(lanes, "Un", "Deux", "Trois", "Quatre")
    anna.drag(anna.card(two), anna.column(lanes.right), where="bottom")
    for desk in (anna, boris):
        desk.expect_cards(lanes.left, [one, three])
        desk.expect_cards(lanes.right, [four, two])
    expect(boris.column(lanes.right).locator(".count")).to_have_text("2")
    assert anna.titles(lanes.right_id) == [four, two]


def test_an_empty_column_takes_a_card_over_its_whole_height(
    lanes: Lanes, founder: Desk, anna: Desk, boris: Desk
) -> None:
    (four,) = named(lanes, "Quatre")
    empty = f"Vide {lanes.left}"
    founder.add_column(empty)
    expect(anna.column(empty)).to_be_visible()
    anna.drag(anna.card(four), anna.column(empty), where="bottom")
    for desk in (anna, boris):
        desk.expect_cards(empty, [four])


def test_dragging_does_not_open_the_card(lanes: Lanes, anna: Desk) -> None:
    one, two, _three = named(lanes, "Un", "Deux", "Trois")
    anna.drag(anna.card(two), anna.card(one), where="top")
    anna.expect_cards(lanes.left, named(lanes, "Deux", "Un", "Trois"))
    expect(anna.panel).to_be_hidden()


def test_a_reader_cannot_drag(lanes: Lanes, seat: SeatSomebody) -> None:
    reader = seat(READER)
    reader.drag(reader.card(named(lanes, "Un")[0]), reader.card(named(lanes, "Trois")[0]), where="bottom")
    reader.expect_cards(lanes.left, named(lanes, "Un", "Deux", "Trois"))
    expect(reader.toasts).to_contain_text(f"Vous lisez la colonne « \u2068{lanes.left}\u2069 »")


def test_a_click_on_a_card_one_only_reads_opens_it_without_a_word(lanes: Lanes, seat: SeatSomebody) -> None:
    reader = seat(READER)
    reader.open_card(named(lanes, "Un")[0])
    expect(reader.toasts).to_have_count(0)


def test_a_column_that_refuses_a_card_pales_says_why_and_the_card_goes_back(
    lanes: Lanes, founder: Desk, anna: Desk
) -> None:
    one, two, three = named(lanes, "Un", "Deux", "Trois")
    founder.command(type="set_rights", column=lanes.right_id, agents="comment")
    target = anna.column(lanes.right)
    expect(target).to_have_attribute("data-level", "comment")
    anna.drag(anna.card(one), anna.card(three), where="bottom", drop=False)  # over others of its own column first
    anna.carry_to(target)
    expect(target).to_have_class(re.compile("no-drop"))
    expect(anna.column(lanes.left)).not_to_have_class(re.compile("no-drop"))
    anna.page.mouse.up()
    expect(anna.toasts).to_contain_text(f"Vous lisez la colonne « \u2068{lanes.right}\u2069 »")
    anna.expect_cards(lanes.left, [one, two, three])
    expect(target).not_to_have_class(re.compile("no-drop"))
    assert anna.titles(lanes.left_id) == [one, two, three]


def test_a_card_archived_by_the_other_glides_back_and_the_reason_is_said(
    lanes: Lanes, founder: Desk, anna: Desk
) -> None:
    one, two, three, four = named(lanes, "Un", "Deux", "Trois", "Quatre")
    card = anna.card_id(one)
    anna.drag(anna.card(one), anna.column(lanes.right), where="bottom", drop=False)
    founder.command(type="archive_card", card=card)
    expect(anna.page.locator("body")).to_have_attribute("data-seq", str(anna.board()["seq"]))
    anna.page.mouse.up()
    expect(anna.toasts).to_contain_text("n’a pas bougé")
    expect(anna.toasts).to_contain_text("archivée")
    anna.expect_cards(lanes.left, [two, three])
    anna.expect_cards(lanes.right, [four])


def test_a_column_archived_under_the_hand_is_said_and_loses_no_card(lanes: Lanes, founder: Desk, anna: Desk) -> None:
    one, four = named(lanes, "Un", "Quatre")
    anna.drag(anna.card(one), anna.column(lanes.right), where="bottom", drop=False)
    founder.command(type="archive_column", column=lanes.right_id)
    expect(anna.page.locator("body")).to_have_attribute("data-seq", str(anna.board()["seq"]))
    anna.page.mouse.up()
    expect(anna.toasts).to_contain_text("n’a pas bougé")
    expect(anna.column(lanes.right)).to_have_count(0)
    anna.expect_cards(lanes.left, named(lanes, "Un", "Deux", "Trois"))


def test_a_refused_move_goes_back_and_says_why(lanes: Lanes, founder: Desk, anna: Desk) -> None:
    """The server refuses a move this page still offers: its socket is cut, its HTTP is not."""
    one, four = named(lanes, "Un", "Quatre")
    anna.forgive(NETWORK_TROUBLE)
    anna.cut_live()
    anna.page.reload()
    expect(anna.state).to_have_text("Reconnexion…")
    founder.command(type="archive_column", column=lanes.right_id)
    anna.drag(anna.card(one), anna.column(lanes.right), where="bottom")
    expect(anna.toasts).to_contain_text("n’a pas bougé")
    anna.expect_cards(lanes.left, named(lanes, "Un", "Deux", "Trois"))


def test_a_change_by_the_other_leaves_the_card_in_the_hand_alone(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    one, two, three, four = named(lanes, "Un", "Deux", "Trois", "Quatre")
    card = anna.card_id(one)
    anna.drag(anna.card(one), anna.column(lanes.right), where="bottom", drop=False)
    boris.command(type="move_card", card=card, column=lanes.left_id)
    boris.command(type="edit_card", card=card, version=1, title=f"{one} corrigée")
    expect(anna.page.locator("body")).to_have_attribute("data-seq", str(anna.board()["seq"]))
    expect(anna.column(lanes.right).locator(".card.slot h3")).to_have_text(one)
    anna.page.mouse.up()
    for desk in (anna, boris):
        desk.expect_cards(lanes.right, [four, f"{one} corrigée"])
        desk.expect_cards(lanes.left, [two, three])
