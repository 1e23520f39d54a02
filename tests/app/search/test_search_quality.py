"""Search quality: a minimum share of the demo town's questions is answered in the first three results."""

from __future__ import annotations

from flask import Flask

from app.demo import create_demo_town
from bench.search_quality import FLOOR, ask, questions, share_met
from boards.clock import today
from boards.database import read_session


def test_the_questions_of_the_demo_town_are_answered(app: Flask) -> None:
    assert create_demo_town(app)
    answers = list(ask(read_session(), today()))
    assert share_met(answers) >= FLOOR, [
        answer.question.ask for answer in answers if not (answer.met or answer.question.held_out)
    ]
    assert share_met(answer for answer in answers if answer.question.held_out) >= FLOOR


def test_there_are_enough_questions_and_half_of_them_are_held_out() -> None:
    asked = questions()
    assert len(asked) >= 120
    assert abs(sum(question.held_out for question in asked) - len(asked) / 2) <= 2
