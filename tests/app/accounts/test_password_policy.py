"""Password policy: refusals, for every way of choosing one."""

from __future__ import annotations

import pytest

from app.accounts import service as account_service
from app.accounts.models import Account
from app.accounts.password_policy import own_words_of, problems_of, words_in
from app.accounts.service import BadInput
from app.town.models import Town
from boards.database import read_session, write_transaction
from boards.models import Role
from tests import town as small_town

WORDS = words_in("Flash News", "Ville de Val-Rive", "Médiathèque", "Sonia Bernard", "ccas@ville.example")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "trois girafes sous la pluie",
        "Le bus 38 passe à 7 h 12",
        "kT9#vQ2m-xLw4",
        "sonia aime les girafes vertes",
        "éèàùçôîûâêïüÿ",
    ],
)
def test_good_passwords_pass(password: str) -> None:
    assert problems_of(password, Role.AGENT, WORDS) == []


@pytest.mark.parametrize(
    "password",
    [
        "motdepasse2026",
        "MotDePasse!!!!",
        "M0tDeP@sse2026",
        "azertyuiop123",
        "azertyuiopqsdfgh",
        "123456789012",
        "zyxwvutsrqponm",
        "Bibliothèque26!",
        "soleilsoleil12",
        "Marseille 2026 !",
        "****Printemps****",
        "password1234!",
    ],
)
def test_common_ones_are_refused_however_decorated(password: str) -> None:
    assert problems_of(password, Role.AGENT)


@pytest.mark.parametrize(
    "password",
    [
        "Valrive2026!!",
        "VAL-RIVE-val-rive",
        "v4lr1ve-v4lr1ve",
        "flashnews2026",
        "Flash News !!!",
        "mediatheque69",
        "Médiathèque69!",
        "SoniaBernard1987",
        "bernard.sonia!!",
        "ccas@ville.example",
        "bonjourvalrive",
    ],
)
def test_the_towns_and_the_persons_own_words_are_refused_however_decorated(password: str) -> None:
    (problem,) = problems_of(password, Role.AGENT, WORDS)
    assert "mots" in problem


@pytest.mark.parametrize("password", ["aaaaaaaaaaaa", "abababababab", "111122221111", "!!!!!!!!!!!!!"])
def test_few_different_characters_are_refused(password: str) -> None:
    assert "régulier" in problems_of(password, Role.AGENT)[0]


def test_length_depends_on_the_role_and_has_an_end() -> None:
    assert problems_of("kT9#vQ2m-xL", Role.AGENT) != []
    assert problems_of("kT9#vQ2m-xLw", Role.AGENT) == []
    assert "16 caractères (encore 4)" in problems_of("kT9#vQ2m-xLw", Role.FACILITATOR)[0]
    assert problems_of("kT9#vQ2m-xLw4Zr8", Role.FACILITATOR) == []
    assert problems_of("kT9#vQ2m-x " * 90, Role.AGENT) == []
    assert problems_of("kT9#vQ2m-x " * 91, Role.AGENT) != []


@pytest.mark.parametrize("password", ["trois girafes\nsous la pluie", "trois girafes\x00", "trois girafes \ud800"])
def test_characters_that_cannot_be_typed_again_are_refused(password: str) -> None:
    assert problems_of(password, Role.AGENT)


def test_own_words_come_from_the_town_its_services_and_the_person(town: small_town.Town) -> None:
    with write_transaction() as session:
        session.add(Town(name="Ville de Val-Rive"))
    account = read_session().query(Account).filter_by(email="ccas@ville.example").one()
    words = own_words_of(account)
    assert {"valrive", "rive", "flashnews", "mediatheque", "ccas", "sonia", "bernard", "soniabernard"} <= words
    assert "de" not in words


def test_the_command_line_asks_the_same(town: small_town.Town) -> None:
    for password in ("short", "Sonia-Bernard-1", "motdepasse2026"):
        with pytest.raises(BadInput):
            account_service.set_account_password("ccas@ville.example", password)
        with pytest.raises(BadInput):
            account_service.add_account("sonia@ville.example", "Sonia Bernard", Role.AGENT, [], password)
    account_service.set_account_password("ccas@ville.example", "trois girafes sous la pluie")
