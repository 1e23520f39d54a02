"""Cache card HTML: only the latest state of each card and language."""

from __future__ import annotations

from app.board.rendering import CardHtmlCache, CardState


def test_only_the_latest_state_of_a_card_is_kept_in_each_language() -> None:
    cache = CardHtmlCache()
    before, after = CardState(7, 1, ""), CardState(8, 1, "")
    for state, language, html in [(before, "fr", "avant"), (before, "en", "before"), (after, "fr", "après")]:
        cache.put(5, language, state, html)
    assert len(cache) == 2
    assert [cache.get(5, "fr", before), cache.get(5, "fr", after), cache.get(5, "en", before)] == [
        None,
        "après",
        "before",
    ]
