import re
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.demo.dates import fill_dates

SATURDAY = date(2026, 11, 21)
DAYS = [
    SATURDAY,
    date(2026, 12, 31),
    date(2027, 1, 1),
    date(2027, 3, 31),
    date(2028, 2, 29),
    date(2027, 8, 15),
]
DEMO = Path(__file__).parents[3] / "app" / "demo" / "val_rive.toml"

# Ranges that the French regulator (ARCEP) reserves for works of fiction.
FICTION = re.compile(r"(01 99 00|02 61 91|03 53 01|04 65 71|05 36 49|06 39 98)( \d\d){2}")
ANY_NUMBER = re.compile(r"(?<!\d)(?:\+33|0)(?:[ \u00a0\u202f.-]?\d){8,}")

demo: dict[str, Any] = tomllib.loads(DEMO.read_text(encoding="utf-8"))
alerts: dict[str, Any] = tomllib.loads(DEMO.with_name("alerts.toml").read_text(encoding="utf-8"))
cards: list[dict[str, Any]] = [
    card for town in (demo, alerts) for column in town["columns"] for card in column["cards"]
]


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("le {date:+3}", "le mardi 24 novembre"),
        ("le {date:+0}", "le samedi 21 novembre"),
        ("le {date:-6}", "le dimanche 15 novembre"),
        ("le {day:+3}", "le mardi 24"),
        ("{weekday:mardi}", "mardi 24 novembre"),
        ("{weekday:dimanche}", "dimanche 22 novembre"),
        ("en {month:+1}", "en décembre"),
        ("en {month:-3}", "en août"),
        ("en {year:+0}", "en 2026"),
        ("du {day:+3} au {date:+5}", "du mardi 24 au jeudi 26 novembre"),
        ("rien à remplir", "rien à remplir"),
    ],
)
def test_each_placeholder_is_worded_in_french(text: str, filled: str) -> None:
    assert fill_dates(text, SATURDAY) == filled


def test_the_same_weekday_is_a_week_away() -> None:
    assert fill_dates("{weekday:samedi}", SATURDAY) == "samedi 28 novembre"


def test_the_first_of_a_month_is_1er() -> None:
    assert fill_dates("{date:+10}, {day:+10}", SATURDAY) == "mardi 1er décembre, mardi 1er"


def test_dates_and_years_roll_over_at_the_end_of_december() -> None:
    assert fill_dates("{date:+1} {year:+1}", date(2026, 12, 31)) == "vendredi 1er janvier 2027"


@pytest.mark.parametrize(
    ("today", "next_month"),
    [
        (date(2027, 1, 31), "février"),
        (date(2027, 3, 31), "avril"),
        (date(2026, 12, 31), "janvier"),
    ],
)
def test_the_month_after_a_31st_is_the_next_one(today: date, next_month: str) -> None:
    assert fill_dates("{month:+1}", today) == next_month


@pytest.mark.parametrize(
    "placeholder",
    [
        "{hour:+1}",
        "{date:3}",
        "{date:+}",
        "{date}",
        "{weekday:tuesday}",
        "{weekday:+1}",
        "{date:+12345}",
        "{}",
    ],
)
def test_an_unknown_or_malformed_placeholder_is_named(placeholder: str) -> None:
    with pytest.raises(ValueError, match=re.escape(placeholder)):
        fill_dates(f"le {placeholder}", SATURDAY)


def test_the_demo_has_fifteen_services_their_columns_and_one_that_few_see() -> None:
    slugs = [service["slug"] for service in demo["services"]]
    assert len(slugs) == len(set(slugs)) == 15
    assert {"ccas", "mediatheque", "etat-civil"} <= set(slugs)
    assert len({service["hue"] for service in demo["services"]}) == 15
    assert all(hue in range(0, 360, 5) for hue in _every("hue"))

    kinds = [column["kind"] for column in demo["columns"]]
    assert kinds == ["guide", *["service"] * 15, "free", "suggestions"]
    assert [column["rights"]["readers"] for column in demo["columns"] if "rights" in column] == ["none"]
    assert [column["service"] for column in demo["columns"] if column["kind"] == "service"] == slugs


def test_the_demo_has_enough_cards_and_a_third_have_an_end() -> None:
    assert len(cards) >= 120
    assert sum("valid_until" in card for card in cards) * 3 >= len(cards)
    assert len({card["title"] for card in cards}) == len(cards)


def test_everybody_has_one_address_and_every_service_its_agent() -> None:
    slugs = {service["slug"] for service in demo["services"]}
    addresses = Counter(person["email"] for person in demo["people"])
    assert set(addresses.values()) == {1}

    people = {person["email"]: person for person in demo["people"]}
    assert all(set(person["services"]) <= slugs for person in people.values())
    assert all(people[f"{slug}@demo.example"]["services"] == [slug] for slug in slugs)
    assert people["dtan@demo.example"]["role"] == "facilitator"
    assert people["elu@demo.example"]["role"] == "reader"


def test_the_town_shows_services_of_several_agents_a_closed_account_somebody_awaited_and_somebody_new() -> None:
    agents = Counter(slug for person in demo["people"] for slug in person["services"] if "state" not in person)
    assert sum(count > 1 for count in agents.values()) >= 6
    assert [person["state"] for person in demo["people"] if "state" in person] == ["disabled", "invited", "new"]


def test_every_card_is_written_by_somebody_who_may() -> None:
    people = {person["email"]: person for person in demo["people"]}
    for column in demo["columns"]:
        for card in column["cards"]:
            author = people[card["author"]]
            assert column["kind"] != "guide" or author["role"] == "facilitator"
            assert column["kind"] != "service" or column["service"] in author["services"]
            assert card["published"] < 0
            assert re.fullmatch(r"[01]\d:[0-5]\d|2[0-3]:[0-5]\d", card["time"])


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_every_text_is_filled_whatever_the_day(today: date) -> None:
    for card in cards:
        title, body = fill_dates(card["title"], today), fill_dates(card["body"], today)
        assert 0 < len(title) <= 90
        assert "\n" not in title
        assert not re.search(r"[{}]", title + body)


def test_an_end_agrees_with_the_dates_of_its_text() -> None:
    for card in cards:
        text = card["title"] + card["body"]
        days = {int(offset) for offset in re.findall(r"\{(?:date|day):([+-]\d+)\}", text)}
        if "{weekday:" in text:
            assert card["valid_until"] == 7, card["title"]
        elif days:
            assert card["valid_until"] in days, card["title"]
        assert card.get("valid_until", 0) >= -1  # one has just ended


def test_no_text_carries_a_fixed_year() -> None:
    assert not [text for text in _texts() if re.search(r"\b20[2-9]\d\b", text)]


def test_phone_numbers_come_from_the_ranges_reserved_for_fiction() -> None:
    numbers = [number for text in _texts() for number in ANY_NUMBER.findall(text)]
    assert len(numbers) > 30
    assert not [number for number in numbers if not FICTION.fullmatch(number.replace("\u00a0", " "))]


def test_links_only_lead_to_example_hosts() -> None:
    hosts = [host for text in _texts() for host in re.findall(r"https?://([^/\s)]+)", text)]
    assert hosts
    assert all(host.endswith(".example") for host in hosts)


@pytest.mark.parametrize(
    "mistake",
    [
        pytest.param(r"[^\W\d_]'[^\W\d_]", id="straight apostrophe"),
        pytest.param(r'"', id="straight quotation mark"),
        pytest.param(r"\.\.\.", id="three dots"),
        pytest.param(r"(?<![\u202f*])[;!?]", id="; ! ? without narrow space"),
        pytest.param(r"(?<!\u00a0):", id="colon without no-break space"),
        pytest.param(r"«(?!\u202f)|(?<!\u202f)»", id="guillemet without narrow space"),
        pytest.param(r"\d (?:h\b|€|%|m²|m³|\d{3}\b)", id="number apart from its unit"),
        pytest.param(r"  |[ \u00a0\u202f]$", id="stray space"),
        pytest.param(r"<|!\[|^####", id="raw HTML, image or deep heading"),
    ],
)
def test_french_typography_is_kept(mistake: str) -> None:
    pattern = re.compile(mistake, re.MULTILINE)
    assert not [text for text in _texts() if pattern.search(re.sub(r"\{[^}]*\}|https?://[^)\s]*", "x", text))]


def _texts() -> list[str]:
    descriptions = [service[key] for service in demo["services"] for key in ("description", "hours", "contact")]
    steps = [step for card in cards for step in card.get("steps", ())]
    told = [step[key] for step in steps for key in ("reply", "note", "answer", "body", "edit") if key in step]
    return descriptions + told + [card[key] for card in cards for key in ("title", "body")]


def _every(key: str) -> list[int]:
    return [row[key] for table in ("services", "people", "columns") for row in demo[table]]
