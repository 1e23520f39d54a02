"""Board templates: their content, the board that starts from one, and validation of template files."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.admin.board_service import begin_board
from app.admin.board_template_file import (
    SHIPPED_TEMPLATE_FILE,
    UnusableTemplate,
    read_template,
    shipped_template,
    write_template,
)
from app.audit.models import AuditEntry
from boards.board_templates import (
    TEMPLATE_MAX_BYTES,
    Template,
    archived_services,
    known_services,
    missing_services,
    parse_template,
    save_template,
    template_of,
)
from boards.database import db, now, read_session, write_transaction
from boards.directory import create_service, plain_name
from boards.errors import Conflict, Forbidden
from boards.models import Board, BoardTemplate, Card, Change, Column, Person, Service
from boards.rights import LEVELS
from tests.town import Town, found_town

RULE = "Publier sans validation"


def shape(board: int) -> Template:
    db.session.rollback()
    return template_of(read_session(), read_session().get_one(Board, board))


def begin(
    town: Town, template: Template, title: str = "Nouveau", who: str = "facilitator", *, create_services: bool = True
) -> int:
    db.session.rollback()
    actor = read_session().get_one(Person, getattr(town, who))
    db.session.rollback()
    slug, _made = begin_board(title, actor, template, create_services=create_services)
    db.session.rollback()
    found: Board = read_session().query(Board).filter_by(slug=slug).one()
    return found.id


def counts() -> tuple[int, ...]:
    db.session.rollback()
    return tuple(
        read_session().query(model).count()
        for model in (Board, Column, Card, Service, Change, BoardTemplate, AuditEntry)
    )


@pytest.fixture
def rules(town: Town) -> Town:
    """Create a board with a rule, other cards, and its own rights."""
    town.add_card(RULE, column=town.guide, actor=town.facilitator, body="<p>Chacun <strong>publie</strong>.</p>")
    town.add_card("Piscine fermée", valid_until="2031-05-04")
    town.add_card("Une idée", column=town.suggestions)
    town.perform(
        town.facilitator,
        type="set_rights",
        column=town.free,
        agents="read",
        readers="none",
        services={str(town.mediatheque): "edit"},
    )
    return town


# --- content --------------------------------------------------------------------------------------------------------


def test_a_template_holds_columns_rights_and_the_cards_of_guides_only(rules: Town) -> None:
    content = shape(rules.board).content()
    assert content == {
        "format": "flash-news-board",
        "version": 1,
        "title": "Accueil",
        "columns": [
            {
                "title": "Service",
                "kind": "service",
                "hue": 250,
                "service": {"name": "CCAS", "hue": 20},
                "rights": {"services": {}},
                "cards": [],
            },
            {
                "title": "Guide",
                "kind": "guide",
                "hue": 85,
                "rights": {"services": {}},
                "cards": [{"title": RULE, "body": "<p>Chacun <strong>publie</strong>.</p>"}],
            },
            {"title": "Suggestions", "kind": "suggestions", "hue": 60, "rights": {"services": {}}, "cards": []},
            {
                "title": "Free",
                "kind": "free",
                "hue": 200,
                "rights": {"agents": "read", "readers": "none", "services": {"Médiathèque": "edit"}},
                "cards": [],
            },
        ],
    }


def test_archived_columns_and_cards_stay_behind(rules: Town) -> None:
    rules.perform(rules.facilitator, type="archive_column", column=rules.free)
    rules.perform(
        rules.facilitator, type="archive_card", card=read_session().query(Card).filter_by(title=RULE).one().id
    )
    template = shape(rules.board)
    assert [column.title for column in template.columns] == ["Service", "Guide", "Suggestions"]
    assert template.cards == 0


# --- beginning with one ----------------------------------------------------------------------------------------------


def test_a_board_begins_with_it_in_one_change(rules: Town) -> None:
    board = begin(rules, shape(rules.board))
    assert shape(board).columns == shape(rules.board).columns
    [change] = read_session().query(Change).filter_by(board_id=board)
    assert (change.seq, change.type, len(change.record["columns"]), len(change.record["cards"])) == (
        1,
        "columns_imported",
        4,
        1,
    )
    card = read_session().query(Card).filter_by(board_id=board).one()
    assert (card.author_id, card.body_text, card.edited_at) == (rules.facilitator, "Chacun publie.", None)


def test_services_are_found_by_name_without_accents_or_capitals(rules: Town) -> None:
    content = shape(rules.board).content()
    content["columns"][0]["service"] = {"name": "ccas", "hue": 1}
    content["columns"][3]["rights"]["services"] = {"MEDIATHEQUE": "comment"}
    board = begin(rules, parse_template(content))
    columns = read_session().query(Column).filter_by(board_id=board).order_by(Column.rank).all()
    assert columns[0].service_id == rules.ccas
    assert columns[3].rights == {"agents": "read", "readers": "none", "services": {str(rules.mediatheque): "comment"}}
    assert read_session().query(Service).count() == 2


def test_missing_services_are_named_before_and_made_with_the_board(rules: Town) -> None:
    content = shape(rules.board).content()
    content["columns"][0]["service"] = {"name": "Sports", "hue": 140}
    content["columns"][3]["rights"]["services"] = {"Piscine": "edit", "sports": "read", "CCAS": "edit"}
    template = parse_template(content)
    assert missing_services(template, known_services(read_session())) == ["Sports", "Piscine"]
    board = begin(rules, template)
    sports, pool = (read_session().query(Service).filter_by(slug=slug).one() for slug in ("sports", "piscine"))
    columns = read_session().query(Column).filter_by(board_id=board).order_by(Column.rank).all()
    assert (columns[0].service_id, sports.hue) == (sports.id, 140)
    assert columns[3].rights["services"] == {str(pool.id): "edit", str(sports.id): "read", str(rules.ccas): "edit"}
    logged = [(entry.action, entry.subject) for entry in read_session().query(AuditEntry).order_by(AuditEntry.id)][-4:]
    assert sorted(logged) == sorted(
        [
            ("service_added", "Sports"),
            ("service_added", "Piscine"),
            ("rights_changed", "Free"),
            ("board_added", "Nouveau"),
        ]
    )


def test_or_they_are_left_out(rules: Town) -> None:
    content = shape(rules.board).content()
    content["columns"][0]["service"] = {"name": "Sports", "hue": 140}
    content["columns"][3]["rights"]["services"] = {"Piscine": "edit", "CCAS": "edit"}
    board = begin(rules, parse_template(content), create_services=False)
    columns = read_session().query(Column).filter_by(board_id=board).order_by(Column.rank).all()
    assert columns[0].service_id is None
    assert columns[3].rights["services"] == {str(rules.ccas): "edit"}
    assert read_session().query(Service).count() == 2


def archive(service: int) -> None:
    with write_transaction() as session:
        session.get_one(Service, service).archived_at = now()


def test_an_archived_service_is_in_no_template(rules: Town) -> None:
    archive(rules.ccas)
    archive(rules.mediatheque)
    columns = shape(rules.board).columns
    assert columns[0].service is None
    assert columns[3].rights.services == {}


def test_an_archived_service_that_is_wanted_is_restored_or_left_out(rules: Town) -> None:
    template = shape(rules.board)
    archive(rules.ccas)
    db.session.rollback()
    known = known_services(read_session())
    assert (missing_services(template, known), archived_services(template, known)) == ([], ["CCAS"])
    without = begin(rules, template, "Sans", create_services=False)
    assert read_session().query(Column).filter_by(board_id=without).order_by(Column.rank).first().service_id is None  # type: ignore[union-attr]
    assert read_session().get_one(Service, rules.ccas).archived_at is not None
    board = begin(rules, template)
    assert read_session().query(Column).filter_by(board_id=board).order_by(Column.rank).first().service_id == rules.ccas  # type: ignore[union-attr]
    assert read_session().get_one(Service, rules.ccas).archived_at is None
    assert read_session().query(AuditEntry).filter_by(action="service_restored", subject="CCAS").count() == 1
    assert read_session().query(Service).count() == 2


def test_a_title_that_is_taken_leaves_nothing_behind(rules: Town) -> None:
    content = shape(rules.board).content()
    content["columns"][0]["service"] = {"name": "Sports", "hue": 140}
    before = counts()
    with pytest.raises(Conflict, match="board_exists"):
        begin(rules, parse_template(content), "ACCUEIL")
    assert counts() == before


@pytest.mark.parametrize("who", ["agent", "reader"])
def test_nobody_else_begins_a_board(rules: Town, who: str) -> None:
    before = counts()
    with pytest.raises(Forbidden, match="may_not_arrange"):
        begin(rules, shipped_template(), who=who)
    assert counts() == before


def test_a_failure_at_the_end_leaves_nothing_behind(rules: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    before = counts()
    monkeypatch.setattr("boards.commands.import_columns._bring_cards", lambda *_anything: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        begin(rules, shipped_template())
    assert counts() == before


def test_the_same_template_is_kept_once(rules: Town) -> None:
    kept = []
    for _time in range(2):
        template = shape(rules.board)
        db.session.rollback()
        with write_transaction() as session:
            kept.append((save_template(session, template)[1], session.query(BoardTemplate).count()))
    assert kept == [(True, 1), (False, 1)]


# --- there and back --------------------------------------------------------------------------------------------------

TITLES = st.text(alphabet="aé<&»’ \u202f!?:", min_size=1, max_size=12).map(lambda text: f"{text} x".strip())
NAMES = st.sampled_from(["CCAS", "Médiathèque", "État civil", "Sports & loisirs", "Voirie (nord)", "A", "B"])
BODIES = st.sampled_from(
    [
        "",
        "<p>Texte</p>",
        "a < b & c",
        "<h3>Titre</h3><ul><li>un</li><li><em>deux</em></li></ul>",
        '<p><a href="https://ville.example/?a=1&amp;b=2">lien</a></p>',
    ]
)
LEVEL = st.sampled_from(list(LEVELS))
SERVICE = st.builds(lambda name, hue: {"name": name, "hue": hue}, NAMES, st.integers(0, 359))
RIGHTS = st.fixed_dictionaries(
    {"services": st.dictionaries(NAMES, LEVEL, max_size=3)}, optional={"agents": LEVEL, "readers": LEVEL}
)
CARDS = st.lists(st.fixed_dictionaries({"title": TITLES, "body": BODIES}), max_size=4)
COLUMN = st.one_of(
    st.fixed_dictionaries(
        {"title": TITLES, "kind": st.just("guide"), "hue": st.integers(0, 359), "rights": RIGHTS, "cards": CARDS}
    ),
    st.fixed_dictionaries(
        {
            "title": TITLES,
            "kind": st.sampled_from(["service", "free", "suggestions"]),
            "hue": st.integers(0, 359),
            "rights": RIGHTS,
        },
        optional={"service": SERVICE},
    ),
)
TEMPLATE = st.fixed_dictionaries(
    {
        "format": st.just("flash-news-board"),
        "version": st.just(1),
        "title": TITLES,
        "columns": st.lists(COLUMN, max_size=5),
    }
)


def comparable(template: Template) -> list[dict[str, Any]]:
    """Return the columns with services by name, without colours, which belong to the town."""
    columns: list[dict[str, Any]] = copy.deepcopy(template.content()["columns"])
    for column in columns:
        if "service" in column:
            column["service"] = plain_name(column["service"]["name"])
        column["rights"]["services"] = {plain_name(name): level for name, level in column["rights"]["services"].items()}
    return columns


def test_exported_imported_and_begun_it_is_the_same(
    app: Flask, password_hash: str, empty_database: Callable[[], None]
) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=TEMPLATE)
    def there_and_back(data: dict[str, Any]) -> None:
        db.session.rollback()
        empty_database()
        town = found_town(password_hash)
        first = begin(town, parse_template(data), "Premier")
        file = write_template(shape(first)).encode()
        second = begin(town, read_template(file), "Second")
        assert comparable(shape(second)) == comparable(shape(first)) == comparable(parse_template(data))
        again = json.loads(write_template(shape(second)))
        assert again | {"title": ""} == json.loads(file) | {"title": ""}

    there_and_back()


# --- the one that ships ----------------------------------------------------------------------------------------------


def test_the_one_that_ships_is_a_template_as_it_would_be_exported(town: Town) -> None:
    template = shipped_template()
    assert json.loads(SHIPPED_TEMPLATE_FILE.read_text(encoding="utf-8")) == template.content()
    assert template.title == "Accueil d’une ville"
    assert [column.kind.value for column in template.columns] == ["guide", *["service"] * 10, "free", "suggestions"]
    assert template.cards == 8
    assert all(card.body for column in template.columns for card in column.cards)
    assert shape(begin(town, template)).columns == shape(begin(town, template, "Encore")).columns


def test_it_is_set_in_french_typography() -> None:
    text = SHIPPED_TEMPLATE_FILE.read_text(encoding="utf-8").replace("&nbsp;", "\u00a0")
    for wrong in ("« ", " »", " ?", " !", " ;", " :", "'"):
        assert wrong not in text, wrong


# --- validation ------------------------------------------------------------------------------------------------------


def altered(change: Callable[[dict[str, Any]], Any]) -> bytes:
    content = copy.deepcopy(shipped_template().content())
    change(content)
    return json.dumps(content).encode()


def column(number: int, **fields: Any) -> bytes:
    return altered(lambda content: content["columns"][number - 1].update(fields))


def rights(**fields: Any) -> bytes:
    return altered(lambda content: content["columns"][2]["rights"].update(fields))


def rule(number: int, **fields: Any) -> bytes:
    return altered(lambda content: content["columns"][0]["cards"][number - 1].update(fields))


DEEP = b'{"format": "flash-news-board", "columns": ' + b"[" * 60_000
WRONG: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "pas du JSON"),
    "a picture": (b"\x89PNG\r\n\x1a\n\xff\xfe", "pas un texte en UTF-8"),
    "UTF-16": ("{}".encode("utf-16"), "pas un texte en UTF-8"),
    "a page": (b"<!doctype html>", "pas du JSON"),
    "bottomless": (DEEP, "pas du JSON"),
    "not a number": (b'{"format": NaN}', "pas du JSON"),
    "a huge number": (b'{"format": ' + b"9" * 6000 + b"}", "pas du JSON"),
    "a key twice": (b'{"format": "flash-news-board", "format": "flash-news-board"}', "pas du JSON"),
    "huge": (b" " * (TEMPLATE_MAX_BYTES + 1), "trop volumineux"),
    "a list": (b"[]", "pas un modèle de tableau"),
    "something else": (b'{"lists": [], "cards": []}', "pas un modèle de tableau"),
    "another format": (altered(lambda content: content.update(format="trello")), "pas un modèle de tableau"),
    "a later version": (
        altered(lambda content: content.update(version=2)),
        "d’une version que ce Flash News ne connaît pas",
    ),
    "a version that is none": (altered(lambda content: content.update(version=True)), "d’une version"),
    "no columns": (altered(lambda content: content.pop("columns")), "Colonnes\u00a0: ce champ est nécessaire."),
    "columns that are none": (
        altered(lambda content: content.update(columns={})),
        "Colonnes\u00a0: cette valeur n’est pas du type",
    ),
    "too many columns": (
        altered(lambda content: content.update(columns=content["columns"] * 5)),
        "Colonnes\u00a0: il y en a trop (au plus 60).",
    ),
    "a column that is none": (
        altered(lambda content: content["columns"].insert(1, None)),
        "Colonne 2\u00a0: cette valeur n’est pas du type",
    ),
    "an unknown kind": (column(3, kind="agenda"), "Colonne 3, nature\u00a0: valeur inconnue."),
    "a hue beyond the circle": (
        column(3, hue=360),
        "Colonne 3, couleur\u00a0: cette valeur est trop grande (au plus 359).",
    ),
    "a hue in words": (column(3, hue="bleu"), "Colonne 3, couleur\u00a0: cette valeur n’est pas du type attendu."),
    "a field of its own": (
        column(3, author="Élise"),
        "Colonne 3, «\u202fauthor\u202f»\u00a0: ce champ n’est pas prévu.",
    ),
    "a title too long": (
        rule(2, title="x" * 201),
        "Colonne 1, info 2, titre\u00a0: ce texte est trop long (limite\u00a0: 200).",
    ),
    "an empty title": (rule(8, title=" \u200b"), "Colonne 1, info 8, titre\u00a0: écrivez quelque chose"),
    "control characters": (
        rule(1, title="a\x00b"),
        "Colonne 1, info 1, titre\u00a0: ce texte contient des caractères de contrôle",
    ),
    "half a character": (
        rule(1, title="a\ud800"),
        "Colonne 1, info 1, titre\u00a0: ce texte contient des caractères de contrôle",
    ),
    "a text too long": (rule(3, body="x" * 65_537), "Colonne 1, info 3, texte\u00a0: ce texte est trop long"),
    "a card with a date": (rule(1, valid_until="2031-01-01"), "Colonne 1, info 1, «\u202fvalid_until\u202f»"),
    "cards that are no rules": (
        column(2, cards=[{"title": "Piscine fermée"}]),
        "Colonne 2\u00a0: seules les colonnes de modalités",
    ),
    "too many rules": (
        column(1, cards=[{"title": "x"}] * 201),
        "Colonne 1, infos\u00a0: il y en a trop (au plus 200).",
    ),
    "an unknown level": (rights(agents="admin"), "Colonne 3, droits, agents\u00a0: valeur inconnue."),
    "an unknown level of a service": (
        rights(services={"CCAS": "all"}),
        "Colonne 3, droits, services, «\u202fCCAS\u202f»\u00a0: valeur inconnue.",
    ),
    "a service without a name": (
        rights(services={"": "edit"}),
        "Colonne 3, droits, services\u00a0: écrivez quelque chose",
    ),
    "a service twice": (
        rights(services={"CCAS": "edit", "ccas": "read"}),
        "Colonne 3, droits, services\u00a0: un même service",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_invalid_template_is_reported_with_the_place_of_the_error(town: Town, name: str) -> None:
    data, said = WRONG[name]
    before = counts()
    with pytest.raises(UnusableTemplate) as unusable:
        read_template(data)
    assert said in str(unusable.value)
    assert counts() == before


def test_many_mistakes_are_not_all_listed(town: Town) -> None:
    with pytest.raises(UnusableTemplate) as unusable:
        read_template(column(1, cards=[{"title": ""}] * 150))
    assert len(unusable.value.sentences) == 9
    assert "d’autres erreurs" in unusable.value.sentences[-1]


def test_script_is_taken_out_of_texts_and_is_text_in_titles(town: Town) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    template = read_template(
        rule(1, title=hostile, body=f'<p onclick="x">Bonjour{hostile}<a href="javascript:alert(1)">ici</a></p>')
    )
    card = template.columns[0].cards[0]
    assert card.title == hostile  # plain text, escaped wherever it is shown
    assert "alert" not in card.body
    assert "Bonjour" in card.body
    assert not any(word in card.body for word in ("onclick", "script", "img", "javascript"))


def test_a_file_may_begin_with_a_byte_order_mark(town: Town) -> None:
    assert read_template(b"\xef\xbb\xbf" + SHIPPED_TEMPLATE_FILE.read_bytes()) == shipped_template()


def test_a_service_of_one_name_is_not_made_twice(town: Town) -> None:
    with write_transaction() as session:
        create_service(session, "etat-civil", "Etat-civil")
    assert "État civil" not in missing_services(shipped_template(), known_services(read_session()))
