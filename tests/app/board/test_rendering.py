"""The fragments that are kept: what nobody can be shown any more takes no room."""

from __future__ import annotations

from app.board.rendering import FragmentCache


def test_a_card_is_kept_as_it_was_rendered_last_in_each_language() -> None:
    kept = FragmentCache()
    before, after = (7, 1, ""), (8, 1, "")
    for state, language, fragment in [(before, "fr", "avant"), (before, "en", "before"), (after, "fr", "après")]:
        kept.put(5, language, state, fragment)
    assert len(kept) == 2
    assert [kept.get(5, "fr", before), kept.get(5, "fr", after), kept.get(5, "en", before)] == [None, "après", "before"]
