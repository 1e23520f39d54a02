"""Search: matches, ranking and rights for queries as people type them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from boards.clock import today
from boards.database import db, now, read_session, write_transaction
from boards.models import Board, Card, Person
from boards.search.analyzer import index_terms, tokens
from boards.search.engine import search
from boards.search.excerpts import marked, matching_excerpt
from boards.search.failed_queries import counted_words, failed_queries, forget_old_searches, record_failed_query
from boards.search.models import FailedSearchWord
from boards.search.synonyms import _table
from tests.town import Town


def found(
    town: Town, query: str, who: int | None = None, *, board: int | None = None, archived: bool = False
) -> list[int]:
    db.session.rollback()
    session = read_session()
    person = session.get_one(Person, who or town.agent)
    home = session.get_one(Board, board or town.board)
    return [each.card.id for each in search(session, person, query, today(), board=home, archived=archived).cards]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Élections municipales", "election"),
        ("Inscriptions à l’école", "s'inscrire ecole"),
        ("Les chevaux", "CHEVAL"),
        ("Œuvres du musée", "oeuvre"),
        ("Rendez-vous", "rendez vous"),
        ("Rendez-vous", "rdv"),
        ("Vide-grenier", "videgrenier"),
        ("Accueil de loisirs", "centre aéré"),
        ("Logement social", "hlm"),
        ("04 65 71 10 20", "0465711020"),
        ("04.65.71.10.20", "+33 4 65 71 10 20"),
        ("Le 3 décembre", "03/12"),
        ("Le 3 décembre 2026", "3 / 12 / 2026"),
        ("Ouvert à 14 h 30", "14h30"),
        ("Ouvert à 9 heures", "9h"),
        ("L’état civil", "etat-civil"),
        ("Médiathèque", "mediateque"),
        ("Médiathèque", "mediathéqeu"),
        ("Bibliothèque", "biblioth"),
        ("Cafe\u0301".encode().decode(), "café"),
    ],
)
def test_french_is_found_as_people_type_it(town: Town, text: str, query: str) -> None:
    card = town.add_card(text)
    town.add_card("Tout autre chose", body="<p>Sans rapport</p>")
    assert found(town, query)[:1] == [card]


def test_a_short_word_is_not_taken_for_another(town: Town) -> None:
    town.add_card("Bus")
    assert found(town, "bal") == []


def test_results_rank_title_before_text_valid_before_ended_recent_before_old(town: Town) -> None:
    text = town.add_card("Horaires", body="<p>De la piscine</p>")
    ended = town.add_card("Piscine")
    old, title = town.add_card("Piscine"), town.add_card("Piscine")
    with write_transaction() as session:
        session.get_one(Card, ended).valid_until = today() - timedelta(days=3)
        session.get_one(Card, old).confirmed_at = now() - timedelta(days=300)
    assert found(town, "piscine") == [title, old, ended, text]


def test_labels_columns_and_internal_notes_are_searched(town: Town) -> None:
    noted = town.add_card("Guichet", internal_note="Demander à Zébulon")
    assert found(town, "zebulon", town.reader) == [noted]
    labelled = town.add_card("Sans mot")
    town.perform(town.agent, type="set_labels", card=labelled, labels=["Travaux d’été"])
    assert found(town, "travaux ete") == [labelled]
    in_column = town.add_card("Un titre", column=town.guide, actor=town.facilitator)
    assert found(town, "guide titre") == [in_column]


def test_a_renamed_label_is_found_by_its_new_name(town: Town) -> None:
    card = town.add_card("Sans mot")
    town.perform(town.agent, type="set_labels", card=card, labels=["Travaux"])
    town.perform(town.facilitator, type="edit_label", label=1, name="Chantiers")
    assert (found(town, "chantiers"), found(town, "travaux")) == ([card], [])


def test_nothing_that_one_may_not_read_is_found_or_told(town: Town) -> None:
    town.perform(town.facilitator, type="set_rights", column=town.free, agents="none", readers="none", services={})
    hidden = town.add_card("Dupontel", column=town.free, actor=town.facilitator)
    seen = town.add_card("Dupontet")
    assert found(town, "dupontel", town.facilitator)[0] == hidden
    # As if the hidden card were not there, the word is taken for a slip of the finger.
    assert found(town, "dupontel") == [seen]
    assert found(town, "dupontel", town.reader) == [seen]


def test_the_archive_is_searched_on_request_and_what_is_scheduled_by_its_editors(town: Town) -> None:
    card = town.add_card("Piscine")
    town.perform(town.agent, type="archive_card", card=card)
    later = town.add_card("Piscine d’été", visible_from=(today() + timedelta(days=9)).isoformat())
    assert found(town, "piscine") == []
    assert set(found(town, "piscine", archived=True)) == {card, later}
    assert found(town, "piscine", town.colleague, archived=True) == [card]


def test_every_board_is_searched_the_one_in_sight_first(town: Town) -> None:
    here = town.add_card("Piscine")
    column = next(
        iter(
            town.perform(
                town.facilitator, board=town.other_board, type="add_column", title="Sport", kind="free"
            ).columns
        )
    )
    added = town.perform(town.agent, board=town.other_board, type="add_card", column=column, title="Piscine")
    there = next(iter(added.cards))
    assert found(town, "piscine") == [here, there]
    assert found(town, "piscine", board=town.other_board) == [there, here]


def test_disabled_people_find_nothing(town: Town) -> None:
    town.add_card("Piscine")
    with write_transaction() as session:
        session.get_one(Person, town.colleague).disabled_at = now()
    assert found(town, "piscine", town.colleague) == []


def test_words_are_marked_where_they_stand_and_the_excerpt_shows_them(town: Town) -> None:
    town.add_card(
        "Piscine des Berges", body=f"<p>{'Bla ' * 100}</p><p>Fermeture des piscines lundi</p><p>{'bla ' * 100}</p>"
    )
    findings = search(read_session(), read_session().get_one(Person, town.agent), "piscine lundi", today())
    (each,) = findings.cards
    assert [tuple(piece) for piece in marked(each.card.title, findings.asked)] == [
        ("Piscine", True),
        (" des Berges", False),
    ]
    pieces = matching_excerpt(each.card.body_text, findings.asked)
    assert [piece.text for piece in pieces if piece.answers] == ["piscines", "lundi"]
    assert pieces[0].text == "… "
    assert pieces[-1].text == "…"
    assert len("".join(piece.text for piece in pieces)) < 200


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=st.one_of(st.text(max_size=60), st.text(alphabet="\"'()*~:^-+&|!<>\\%_{}éa0 \x00\u202e", max_size=60)))
def test_any_query_is_answered(town: Town, query: str) -> None:
    assert isinstance(found(town, query, archived=True), list)


@given(text=st.text())
def test_terms_are_letters_and_digits(text: str) -> None:
    assert all(term.isalnum() and len(term) <= 50 for term in index_terms(text))
    pieces = list(tokens(text))
    assert all(0 <= token.start < token.end <= len(text) for token in pieces)


def test_every_expression_of_the_thesaurus_has_words() -> None:
    assert all(expression and all(expression) for known in _table().values() for expression, _others in known)


def test_failed_queries_store_only_words_and_a_day(town: Town) -> None:
    assert counted_words("Où est M. DUPONT, 06 12 34 56 78 ?") == "dupont"
    assert len(counted_words("anticonstitutionnellement abracadabrantesque " * 9)) <= 100
    for query in ("Dératisation !", "deratisation", "12"):
        record_failed_query(town.board, query)
    with write_transaction() as session:
        session.add(FailedSearchWord(board_id=town.board, day=today() - timedelta(days=400), words="vieux", times=9))
    board = town.fresh_board()
    assert [(each.words, each.times, each.last) for each in failed_queries(read_session(), board)] == [
        ("deratisation", 2, today())
    ]
    read_session().rollback()
    assert (forget_old_searches(), forget_old_searches()) == (1, 0)
