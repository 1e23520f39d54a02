"""Read a Trello export: refusals with their sentence, and tolerated oddities."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.trello.export import parse_export
from app.trello.export_file import UnusableExport, read_bytes
from tests.app.trello import accueil, small_board

EXPORT = json.dumps(accueil()).encode()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param(b"", "vide", id="empty"),
        pytest.param(b" \n\t", "vide", id="blank"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00", "pas du texte UTF-8", id="binary"),
        pytest.param(b"Nom,Liste\nPiscine,Sports\n", "pas du JSON", id="a spreadsheet"),
        pytest.param(EXPORT[:-1], "coupé", id="one character short"),
        pytest.param(EXPORT[: len(EXPORT) // 2], "coupé", id="cut in the middle"),
        pytest.param(b'{"lists": [], }', "ligne 1", id="a syntax error"),
        pytest.param(b'{"name": NaN, "lists": [], "cards": []}', "NaN", id="NaN"),
        pytest.param(b'{"name": -Infinity}', "-Infinity", id="infinity"),
        pytest.param(b"[" * 200_000, "imbriqués", id="bottomless nesting"),
        pytest.param(b'{"a":' * 200_000, "imbriqués", id="bottomless objects"),
        pytest.param(b'{"pos": ' + b"9" * 5000 + b"}", "démesuré", id="an immense number"),
        pytest.param(b"[]", "liste JSON", id="a list"),
        pytest.param(b'{"a"}', "ligne 1, caractère 5", id="another syntax error"),
        pytest.param(b"{}", "pas l’export d’un tableau Trello", id="an empty object"),
        pytest.param(
            b'{"item": {"name": "x"}, "included": {"lists": [], "cards": []}}', "pas l’export", id="another board's API"
        ),
        pytest.param(
            b'{"title": "x", "lists": [{"title": "a"}], "cards": [{"title": "b", "listId": "1"}]}',
            "autre logiciel",
            id="another program",
        ),
        pytest.param(b'{"name": "x", "lists": {}, "cards": null}', "pas l’export", id="lists of the wrong type"),
        pytest.param(b'{"name": "x", "lists": [], "cards": []}', "rien à importer", id="an empty board"),
    ],
)
def test_a_file_that_is_no_export_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(UnusableExport, match=sentence) as refusal:
        parse_export(data)
    assert str(refusal.value).endswith(".") or str(refusal.value).endswith("?).")


def test_an_export_cut_anywhere_is_refused() -> None:
    for length in range(0, len(EXPORT), 997):
        with pytest.raises(UnusableExport, match=r"coupé|vide"):
            parse_export(EXPORT[:length])


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "huge.json"
    with file.open("wb") as sparse:
        sparse.truncate(150 * 1024 * 1024)
    with pytest.raises(UnusableExport, match="150 Mo, pour 100 Mo au plus"):
        read_bytes(file)


def test_a_file_as_large_as_allowed_is_read(tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    file.write_bytes(b"12345")
    assert read_bytes(file, limit=5) == b"12345"
    with pytest.raises(UnusableExport):
        read_bytes(file, limit=4)


@pytest.mark.parametrize("path", ["absent.json", "."])
def test_a_missing_file_or_a_folder_is_named(tmp_path: Path, path: str) -> None:
    with pytest.raises(UnusableExport, match="Impossible de lire"):
        read_bytes(tmp_path / path)


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert parse_export(b"\xef\xbb\xbf" + EXPORT).board.name == "Flash News – Accueil"


def test_null_fields_count_as_missing_and_say_nothing() -> None:
    nothing = dict.fromkeys(
        ("name", "desc", "closed", "due", "labels", "idMembers", "attachments", "badges", "customFieldItems")
    )
    export = parse_export(json.dumps(small_board(nothing)).encode())
    assert export.board.cards[0].labels == []
    assert not export.oddities.fields
    assert not export.oddities.objects


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("desc", ["a"]),
        ("closed", "peut-être"),
        ("due", "demain"),
        ("pos", "bottom"),
        ("labels", "x"),
        ("badges", 3),
        ("idMembers", {"a": 1}),
    ],
)
def test_a_field_of_the_wrong_type_is_noted_and_costs_nothing_else(field: str, value: Any) -> None:
    export = parse_export(json.dumps(small_board({field: value, "name": "Piscine"})).encode())
    assert export.board.cards[0].name == "Piscine"
    assert export.oddities.fields == {f"Card.{field}": 1}


def test_a_number_too_large_for_a_position_is_noted() -> None:
    data = json.dumps(small_board({"pos": 12345})).replace("12345", "1e999").encode()
    assert parse_export(data).oddities.fields == {"Card.pos": 1}


def test_objects_of_the_wrong_type_are_counted() -> None:
    board = small_board({"attachments": [1, None, {"name": "a"}], "idLabels": ["a", 7]})
    board["cards"] += [42, None, []]
    export = parse_export(json.dumps(board).encode())
    assert export.oddities.objects == {"cards": 3, "attachments": 2, "id_labels": 1}


def test_control_characters_and_lone_surrogates_are_cleaned() -> None:
    export = parse_export(json.dumps(small_board({"name": "a\ud83db\u0007c", "idMembers": ["\udc00"]})).encode())
    assert export.board.cards[0].name == "a\ufffdbc"
    assert export.cleaned_texts == 1


def test_unused_fields_are_not_kept() -> None:
    board = small_board({"cover": {"scaled": ["x" * 100]}, "limits": {"attachments": {}}}, prefs={"background": "blue"})
    assert "cover" not in parse_export(json.dumps(board).encode()).board.cards[0].model_fields_set
