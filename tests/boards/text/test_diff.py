"""Compare texts word by word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from boards.text.diff import AROUND, COMPARED_AT_MOST, Piece, condensed, word_differences

texts = st.lists(st.sampled_from(["la ", "piscine ", "ferme", "\n", "  ", "à 18 h.", "é"]), max_size=30).map("".join)


def test_only_the_words_that_differ_are_marked() -> None:
    assert word_differences("La piscine ferme à 18 h.", "La piscine ouvre à 18 h.") == [
        Piece("same", "La piscine"),
        Piece("removed", " ferme"),
        Piece("added", " ouvre"),
        Piece("same", " à 18 h."),
    ]
    assert word_differences("Fermé.", "Fermé. Lundi aussi.") == [
        Piece("same", "Fermé."),
        Piece("added", " Lundi aussi."),
    ]


def test_nothing_differs_between_the_same_texts_and_all_between_others() -> None:
    assert word_differences("a b", "a b") == [Piece("same", "a b")]
    assert word_differences("", "a b") == [Piece("added", "a b")]
    assert word_differences("a b", "") == [Piece("removed", "a b")]
    assert word_differences("", "") == []


@given(texts, texts)
def test_both_texts_can_be_read_from_the_pieces(before: str, after: str) -> None:
    pieces = word_differences(before, after)
    assert "".join(text for kind, text in pieces if kind != "added") == before
    assert "".join(text for kind, text in pieces if kind != "removed") == after


def test_very_long_texts_are_not_compared_word_by_word_beyond_what_they_share() -> None:
    before = "début " + "a b " * COMPARED_AT_MOST + "fin"
    after = "début " + "b c " * COMPARED_AT_MOST + "fin"
    assert [kind for kind, _text in word_differences(before, after)] == ["same", "removed", "added", "same"]


def test_long_stretches_that_stayed_are_cut_around_the_differences() -> None:
    words = " ".join(str(number) for number in range(100))
    shown = condensed(word_differences(f"{words} x {words}", f"{words} y {words}"))
    first, *_, last = (text for _kind, text in shown)
    assert first == "… " + " ".join(str(number) for number in range(100 - AROUND, 100))
    assert last == " " + " ".join(str(number) for number in range(AROUND)) + " …"
