"""Every field of a card is declared once, and worded wherever it is shown."""

from __future__ import annotations

import re

from app.history.labels import EVENT_LABELS, FIELD_LABELS
from boards.card_fields import CARD_FIELDS, INTERNAL, SHOWN, SILENT, WRITTEN, CardContentAnswer
from boards.models import Card
from config import ROOT

FORM = (ROOT / "templates" / "board" / "freshness" / "_validity_fields.html").read_text(encoding="utf-8")


def test_every_column_of_a_card_is_declared_once() -> None:
    assert sorted(field.name for field in CARD_FIELDS) == sorted(Card.__table__.columns.keys())


def test_every_field_that_the_history_shows_has_a_label() -> None:
    assert FIELD_LABELS.keys() - {"name"} == SHOWN


def test_every_event_of_a_field_has_a_label() -> None:
    assert {event for field in CARD_FIELDS for event in field.events or ()} <= EVENT_LABELS.keys()


def test_the_form_has_every_written_field_and_marks_those_for_silent_edits() -> None:
    inputs = dict(re.findall(r'<(?:input|textarea)\b[^>]*?name="(\w+)"([^>]*)>', FORM))
    assert inputs.keys() == WRITTEN.keys() - {"title", "body"}
    assert {name for name, others in inputs.items() if "data-silent" in others} == SILENT - {"title", "body"}


def test_what_programs_read_is_declared_and_recorded() -> None:
    recorded = {field.name for field in CARD_FIELDS if field.recorded}
    assert CardContentAnswer.__annotations__.keys() <= recorded
    assert recorded >= INTERNAL
