"""Map Trello objects to columns and infos, without a database, and account for each."""

from __future__ import annotations

from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import pytest

from app.trello.export import TrelloCard, TrelloList
from app.trello.formatting import guess_kind, slugify
from app.trello.import_audit import ObjectKind
from app.trello.mapping import _key
from boards.models import Kind
from boards.text.sanitize import BODY_MAX_BYTES, TITLE_MAX_CHARACTERS, clean_body, clean_title
from tests.app.trello import accueil, column, info, infos, mapped, small_board

RICH = "Aide alimentaire"


def test_lists_become_columns_in_order_with_their_kind() -> None:
    found = [(one.title, one.kind, one.archived) for one in mapped(accueil()).columns]
    assert found == [
        ("Modalités de fonctionnement", Kind.GUIDE, False),
        ("CCAS", Kind.SERVICE, False),
        ("Médiathèque", Kind.SERVICE, False),
        ("Boîte à idées", Kind.SUGGESTIONS, False),
        ("Anciennes infos", Kind.SERVICE, True),
        ("Sans colonne", Kind.FREE, False),
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("MODALITÉS DE FONCTIONNEMENT", Kind.GUIDE),
        ("Mode d’emploi", Kind.GUIDE),
        ("mode d'emploi du tableau", Kind.GUIDE),
        ("Les règles", Kind.GUIDE),
        ("Petit guide", Kind.GUIDE),
        ("Suggestions des agents", Kind.SUGGESTIONS),
        ("Idées", Kind.SUGGESTIONS),
        ("Boite à idées", Kind.SUGGESTIONS),
        ("Médiathèque", Kind.SERVICE),
        ("Réglementation des marchés", Kind.SERVICE),
        ("", Kind.SERVICE),
    ],
)
def test_a_kind_is_guessed_from_the_name(name: str, kind: Kind) -> None:
    assert guess_kind(name) == kind


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Flash News – Été !", "flash-news-ete"),
        ("Cœur de ville", "coeur-de-ville"),
        ("日本", "tableau"),
        ("x" * 99, "x" * 60),
    ],
)
def test_an_address_is_made_from_the_name(name: str, slug: str) -> None:
    assert slugify(name) == slug


def test_cards_stand_in_the_order_of_their_position() -> None:
    assert [card.title for card in column(mapped(accueil()), "CCAS").cards] == [
        "Permanence du vendredi",
        "Aide alimentaire : nouveaux horaires",
        "Distribution annulée",
        "Même position que la précédente",
    ]


def test_closed_cards_are_archived_and_open_ones_in_a_closed_list_stay_open_in_it() -> None:
    result = mapped(accueil())
    assert info(result, "Distribution annulée").archived
    assert not info(result, "Encore ouverte").archived
    assert column(result, "Anciennes infos").archived


def test_the_text_is_sanitised_html_and_bare_addresses_are_links() -> None:
    body = info(mapped(accueil()), RICH).body_html
    assert "<strong>mardi</strong>" in body
    assert "<li>9 h à 12 h</li>" in body
    assert '<a href="https://ccas.ville.example/aide?a=1&amp;b=2" rel="noopener noreferrer">' in body
    assert "</a>.</p>" in body
    assert "smartCard" not in body


@pytest.mark.parametrize(
    "said",
    [
        "Étiquettes\u00a0: Urgent (rouge foncé), bleu ciel",
        "Début\u00a0: 1er mars 2031 à 9\u00a0h\u00a000",
        "Échéance\u00a0: 31 mars 2031 à 0\u00a0h\u00a030 (terminé)",
        "Lieu\u00a0: Hôtel de ville, 1 place de la Mairie",
        "Membres\u00a0: Claire Martin, Yanis Petit",
        "Votes\u00a0: Yanis Petit",
        "Téléphone\u00a0: 05 36 49 00 12",
        "Priorité\u00a0: Haute",
        "Sur rendez-vous\u00a0: oui",
        "Premier jour\u00a0: 1er avril 2031 à 9\u00a0h\u00a000",
        (
            "Pièces à demander (1/2)\n☑ Carte d’identité\n☐ Justificatif (Yanis Petit, échéance le 15 mars 2031)\n"
            "Après (0/1)\n☐ Ranger la salle"
        ),
        "Formulaire d’inscription.pdf (fichier resté dans Trello, 208\u00a0Ko, 14 mars 2024)",
        (
            "Ancienne Collègue, le 31 mars 2024 à 1\u00a0h\u00a030\u00a0:\nFaut-il un justificatif ?\n"
            "Yanis Petit, le 1er avril 2024 à 15\u00a0h\u00a005\u00a0:"
        ),
    ],
)
def test_everything_beside_a_card_is_in_its_text(said: str) -> None:
    assert said in info(mapped(accueil()), RICH).body_text


def test_attachments_are_links_unless_their_address_could_do_harm() -> None:
    body = info(mapped(accueil()), RICH).body_html
    assert '<a href="https://www.service-public.fr/"' in body
    assert "Piège javascript:alert(1)" in body
    assert 'href="javascript' not in body


def test_a_due_date_is_the_day_in_the_town() -> None:
    assert info(mapped(accueil()), RICH).valid_until == date(2031, 3, 31)


@pytest.mark.parametrize(
    "due", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1999-12-31T12:00:00Z", "2200-06-01T12:00:00Z"]
)
def test_a_due_date_outside_the_calendar_stays_in_the_text_alone(due: str) -> None:
    (card,) = infos(small_board({"due": due}))
    assert card.valid_until is None
    assert "Échéance" in card.body_text


def test_the_creator_is_named_when_the_history_tells_and_never_assumed() -> None:
    result = mapped(accueil())
    assert info(result, RICH).byline == "importé de Trello\u00a0: Claire Martin"
    assert info(result, "Permanence").byline == "importé de Trello"
    assert info(result, "Distribution").byline == "importé de Trello"


def test_a_card_is_dated_by_the_history_or_else_by_its_id() -> None:
    result = mapped(accueil())
    assert info(result, RICH).created_at == datetime(2024, 3, 12, 7, 15, tzinfo=UTC)
    assert info(result, "Distribution").created_at == datetime.fromtimestamp(int("65f02a30", 16), UTC)


@pytest.mark.parametrize("trello_id", ["not-an-object-id", "f" * 24, "0" * 24, None])
def test_an_id_that_tells_no_believable_date_gives_none(trello_id: str | None) -> None:
    assert infos(small_board({"id": trello_id}))[0].created_at is None


def test_every_row_has_an_origin_of_its_own_even_without_usable_ids() -> None:
    result = mapped(
        small_board({"id": None}, {"id": None}, {"id": "same"}, {"id": "same"}, {"id": "x" * 500}, {"id": "a/b ~c"})
    )
    origins = [card.origin or "" for card in result.columns[0].cards]
    assert len(set(origins)) == 6
    assert all(origin.startswith("trello:") and len(origin) <= 80 and "/" not in origin for origin in origins)
    assert origins == [
        card.origin
        for card in infos(
            small_board({"id": None}, {"id": None}, {"id": "same"}, {"id": "same"}, {"id": "x" * 500}, {"id": "a/b ~c"})
        )
    ]


def test_a_long_title_is_cut_on_a_word_and_kept_whole_in_the_text() -> None:
    card = info(mapped(accueil()), "Inscriptions")
    whole = next(
        card["name"]
        for card in accueil()["cards"]
        if isinstance(card, dict) and str(card["name"]).startswith("Inscriptions")
    )
    assert len(card.title) <= TITLE_MAX_CHARACTERS
    assert whole.startswith((card.title[:-1] + " ", card.title[:-1] + ","))
    assert card.body_text.startswith(f"Titre complet\u00a0: {whole}\nCorps.")


def test_a_blank_title_gets_one() -> None:
    assert info(mapped(accueil()), "Sans titre").body_text == "Une carte sans titre."


def test_raw_html_and_harmful_links_are_shown_as_text() -> None:
    body = info(mapped(accueil()), "Ouverture").body_html
    assert "&lt;script&gt;" in body
    assert 'href="javascript' not in body
    assert "https://img.ville.example/a.png" in body


@pytest.mark.parametrize(
    ("desc", "kept"),
    [
        ("![](https://img.example/a.png)", 'href="https://img.example/a.png"'),
        ("[](https://site.example/)", 'href="https://site.example/"'),
        ("[Serveur](ftp://fichiers.example/a)", "ftp://fichiers.example/a"),
        ("[Contact]: jean@ville.example", "jean@ville.example"),
        (
            "voir (https://fr.wikipedia.example/wiki/Pont_(ville)).",
            'href="https://fr.wikipedia.example/wiki/Pont_(ville)"',
        ),
        ("`https://code.example`", "<code>https://code.example</code>"),
        ("<b>gras</b>", "&lt;b&gt;gras&lt;/b&gt;"),
        ("a &amp; b & c", "a &amp; b &amp; c"),
    ],
)
def test_nothing_written_in_a_description_is_swallowed(desc: str, kept: str) -> None:
    assert kept in infos(small_board({"desc": desc}))[0].body_html


def test_data_hidden_by_power_ups_is_left_out_and_named() -> None:
    result = mapped(small_board({"desc": "Bonjour\n\n[](Planyway_Data-DO_NOT_DELETE)[](eJxtj0FrAjEQhf)"}))
    assert result.columns[0].cards[0].body_text == "Bonjour"
    assert any("Power-Ups" in note for note in result.audit.notes)


def test_a_text_too_long_for_one_info_continues_in_others() -> None:
    words = [f"mot{number}" for number in range(40_000)]
    parts = infos(small_board({"name": "Règlement", "desc": " ".join(words)}, {"name": "Après"}))
    assert [card.title for card in parts[:3]] == ["Règlement", "Règlement (suite 2)", "Règlement (suite 3)"]
    assert parts[-1].title == "Après"
    assert [card.origin for card in parts[:2]] == [
        "trello:000000000000000000000001",
        "trello:000000000000000000000001/2",
    ]
    assert all(len(card.body_html.encode()) <= BODY_MAX_BYTES for card in parts)
    assert " ".join(card.body_text for card in parts[:-1]).split() == words


@pytest.mark.parametrize(
    "desc",
    [
        "x" * 200_000,
        "é&<" * 40_000,
        "\n" * 100_000 + "fin",
        "> " * 3_000 + "fin",
        "https://a.example/" + "a" * 150_000,
        "[" * 50_000,
    ],
)
def test_a_monstrous_description_fits_somewhere(desc: str) -> None:
    cards = infos(small_board({"desc": desc}))
    assert all(clean_body(card.body_html) == card.body_html for card in cards)
    assert "".join("".join(card.body_text.split()) for card in cards)


def test_hundreds_of_long_comments_all_find_room() -> None:
    comments = [
        {
            "type": "commentCard",
            "date": f"2024-01-01T00:{number // 60:02}:{number % 60:02}Z",
            "data": {"text": f"remarque{number} " * 60, "card": {"id": f"{1:024x}"}},
        }
        for number in range(400)
    ]
    text = " ".join(card.body_text for card in infos(small_board({}, actions=comments)))
    assert all(text.count(f"remarque{number} ") >= 59 for number in range(400))


def test_titles_and_bodies_are_as_the_board_stores_them() -> None:
    for one in mapped(accueil()).columns:
        for card in one.cards:
            assert clean_title(card.title) == card.title
            assert clean_body(card.body_html) == card.body_html
            assert len(card.byline or "") <= TITLE_MAX_CHARACTERS


def test_labels_of_old_exports_are_found_on_the_cards() -> None:
    result = mapped(small_board({"labels": [{"name": "Sport", "color": "green"}, {"name": "", "color": "lime_light"}]}))
    assert result.columns[0].cards[0].body_text == "Étiquettes\u00a0: Sport (vert), vert citron clair"
    assert result.audit.counts[ObjectKind.LABELS].found == 2


def test_the_boards_description_becomes_an_info_of_its_guide() -> None:
    about = column(mapped(accueil()), "Modalités de fonctionnement").cards[0]
    assert (about.title, about.body_text) == ("À propos de ce tableau", "Le tableau des agents d’accueil.")


def test_a_card_without_a_list_is_put_in_a_column_of_its_own_and_named() -> None:
    result = mapped(accueil())
    assert [card.title for card in column(result, "Sans colonne").cards] == ["Orpheline d’une liste perdue"]
    assert any(
        "liste manque" in note and names == ["Orpheline d’une liste perdue"]
        for note, names in result.audit.notes.items()
    )


def test_a_service_column_finds_the_service_of_its_name() -> None:
    assert column(mapped(accueil()), "Médiathèque").service_slug == "mediatheque"
    assert column(mapped(accueil()), "Boîte à idées").service_slug is None


def test_every_object_is_accounted_for() -> None:
    accounts = mapped(accueil()).audit.counts
    assert {kind for kind, account in accounts.items() if not account.balanced} == set()
    assert {kind: account.found for kind, account in accounts.items()} == {
        ObjectKind.LISTS: 5,
        ObjectKind.CARDS: 14,
        ObjectKind.LABELS: 3,
        ObjectKind.CHECKLISTS: 3,
        ObjectKind.CHECK_ITEMS: 4,
        ObjectKind.ATTACHMENTS: 5,
        ObjectKind.MEMBERS: 3,
        ObjectKind.VOTES: 1,
        ObjectKind.FIELDS: 5,
        ObjectKind.VALUES: 5,
        ObjectKind.ACTIONS: 9,
        ObjectKind.STICKERS: 1,
        ObjectKind.PLUGIN_DATA: 1,
    }


def test_a_history_of_a_thousand_actions_is_called_truncated() -> None:
    actions = [{"type": "updateCard", "id": str(number)} for number in range(1000)]
    assert any("tronqué" in note for note in mapped(small_board({}, actions=actions)).audit.notes)
    assert not any("tronqué" in note for note in mapped(small_board({}, actions=actions[1:])).audit.notes)


def test_comments_that_cards_count_and_the_file_lacks_are_announced() -> None:
    assert any("1 commentaire" in note for note in mapped(accueil()).audit.notes)


def test_progress_is_told_card_by_card() -> None:
    told: list[tuple[int, int]] = []
    mapped(small_board({}, {}, {}), progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    "change",
    [
        {"members": None},
        {"actions": None},
        {"labels": None, "checklists": None, "customFields": None},
        {"desc": None, "id": None},
    ],
)
def test_whole_parts_may_be_missing(change: dict[str, Any]) -> None:
    result = mapped({**accueil(), **change})
    assert sum(len(one.cards) for one in result.columns) >= 13
    assert all(account.balanced for account in result.audit.counts.values())


def test_origins_of_objects_without_an_id_are_those_of_earlier_imports() -> None:
    origins = [_key(source, None) for source in (TrelloCard(name="Piscine"), TrelloList(name="Sports"))]
    assert origins == [
        "x" + sha256(repr((name, None, text)).encode()).hexdigest()[:32]
        for name, text in (("Card", "Piscine"), ("TrelloList", "Sports"))
    ]
