from typing import Any

import pytest

from boards.errors import Conflict, Forbidden, Invalid, NotFound
from tests.town import Town


def edit(town: Town, card: int, actor: int | None = None, version: int = 1, **fields: Any) -> None:
    town.perform(actor or town.agent, type="edit_card", card=card, version=version, **fields)


def test_only_named_fields_change(town: Town) -> None:
    card = town.add_card("Avant", body="<p>Texte</p>", valid_until="2031-05-04")
    edit(town, card, title="Après")
    after = town.card(card)
    assert (after.title, after.body_html, str(after.valid_until), after.version) == (
        "Après",
        "<p>Texte</p>",
        "2031-05-04",
        2,
    )
    assert after.edited_by_id == town.agent


def test_null_takes_the_end_date_away(town: Town) -> None:
    card = town.add_card(valid_until="2031-05-04")
    edit(town, card, valid_until=None)
    assert town.card(card).valid_until is None


def test_a_stale_version_is_refused_with_what_stands_there_now(town: Town) -> None:
    card = town.add_card("Un")
    edit(town, card, town.facilitator, title="Deux")
    with pytest.raises(Conflict) as refusal:
        edit(town, card, title="Trois")
    assert (refusal.value.code, refusal.value.facts["version"], refusal.value.facts["title"]) == (
        "stale_version",
        2,
        "Deux",
    )
    assert town.card(card).title == "Deux"


def test_moving_a_card_does_not_spoil_an_edit_of_it(town: Town) -> None:
    card = town.add_card("Un")
    town.perform(town.facilitator, type="move_card", card=card, column=town.free)
    edit(town, card, title="Deux")
    assert town.card(card).title == "Deux"


def test_only_its_own_service_edits_in_a_service_column(town: Town) -> None:
    card = town.add_card(actor=town.facilitator)
    edit(town, card, town.agent, title="Complété par un collègue")
    with pytest.raises(Forbidden):
        edit(town, card, town.colleague, version=2, title="Complété par un autre service")


def test_in_suggestions_agents_edit_only_their_own(town: Town) -> None:
    card = town.add_card("Idée", column=town.suggestions)
    edit(town, card, town.agent, title="Idée précisée")
    with pytest.raises(Forbidden):
        edit(town, card, town.colleague, version=2, title="Idée d’un autre")
    edit(town, card, town.facilitator, version=2, title="Idée reprise")


def test_readers_and_agents_only_read_the_guide(town: Town) -> None:
    card = town.add_card("Règle", column=town.guide, actor=town.facilitator)
    for who in (town.agent, town.reader):
        with pytest.raises(Forbidden):
            edit(town, card, who, title="Autre règle")


def test_an_archived_card_is_not_edited(town: Town) -> None:
    card = town.add_card()
    town.perform(town.agent, type="archive_card", card=card)
    with pytest.raises(Conflict):
        edit(town, card, title="Trop tard")


def test_an_unknown_card_is_not_found(town: Town) -> None:
    with pytest.raises(NotFound):
        edit(town, 999_999, title="x")


@pytest.mark.parametrize(
    "fields",
    [{}, {"title": ""}, {"version": 0}, {"version": "1"}, {"body": 5}, {"rank": "a0"}, {"valid_until": 20310504}],
)
def test_wrong_fields_are_refused(town: Town, fields: dict[str, Any]) -> None:
    card = town.add_card("Reste")
    with pytest.raises(Invalid):
        town.perform(town.agent, **{"type": "edit_card", "card": card, "version": 1, **fields})
    assert town.card(card).title == "Reste"
