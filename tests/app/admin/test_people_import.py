"""People import: a dry run reports line by line; confirming applies all of it or nothing."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import Account
from app.admin.people_csv import LINES_AT_MOST, UnusableFile, decode_csv, parse_people_csv
from app.audit.models import AuditEntry
from app.web.csv_export import csv_text
from boards.database import db, read_session, write_transaction
from boards.models import Person, Service
from tests.app.cli.test_command_line import Run
from tests.town import Town
from tests.visitor import Visitor

FILE = (
    "nom;e-mail;services;rôle\n"
    "Zoé Petit;zoe@ville.example;CCAS | Médiathèque;agent\n"
    "Émile Roux;emile@ville.example;;lecteur\n"
)
DIGEST = re.compile(r'name="digest" value="([0-9a-f]{64})"')
LINE = re.compile(
    r'<tr><td[^>]*>(\d+)</td><th scope="row">([^<]*)</th><td><bdi>[^<]*</bdi></td>'
    r'<td><span class="verdict (\w+)">[^<]+</span></td><td>([^<]*)'
)


@pytest.fixture
def facilitator(town: Town, visitor: Visitor) -> Visitor:
    visitor.sign_in("dtan@ville.example")
    return visitor


@pytest.fixture
def run(app: Flask, town: Town) -> Run:
    def invoke(*arguments: str) -> object:
        db.session.rollback()
        return app.test_cli_runner().invoke(args=list(arguments))

    return invoke  # type: ignore[return-value]  # click's own result


def emails() -> set[str]:
    db.session.rollback()
    return set(read_session().scalars(select(Account.email)))


def person(email: str) -> Person:
    db.session.rollback()
    return read_session().scalars(select(Account).where(Account.email == email)).one().person


def services(email: str) -> list[str]:
    return [service.slug for service in person(email).services]


def check(visitor: Visitor, text: str, **fields: str) -> TestResponse:
    return visitor.post("/people/import", {"text": text, **fields})


def verdicts(page: TestResponse) -> list[tuple[str, ...]]:
    return LINE.findall(page.text)


def confirm(visitor: Visitor, text: str, page: TestResponse, **fields: str) -> TestResponse:
    digest = DIGEST.search(page.text)
    assert digest
    return visitor.post("/people/import/confirm", {"text": text, "digest": digest[1], **fields})


def test_the_dry_run_says_what_will_happen_and_writes_nothing(town: Town, facilitator: Visitor) -> None:
    before = emails()
    page = check(
        facilitator,
        FILE + "Sonia Bernard;ccas@ville.example;Médiathèque;\nLéo Dumas;mediatheque@ville.example;;\nX;;;\n",
    )
    assert page.status_code == 200
    assert verdicts(page) == [
        ("6", "", "refused", "L’adresse de messagerie manque."),
        ("2", "zoe@ville.example", "created", "Agent · CCAS, Médiathèque"),
        ("3", "emile@ville.example", "created", "Lecteur"),
        ("4", "ccas@ville.example", "changed", "services\u00a0: CCAS → Médiathèque"),
        ("5", "mediatheque@ville.example", "unchanged", ""),
    ]
    assert emails() == before


def test_confirming_does_what_was_said_and_leads_to_the_links(town: Town, facilitator: Visitor) -> None:
    answer = confirm(facilitator, FILE, check(facilitator, FILE))
    assert (answer.status_code, answer.location) == (303, "/people/invitations")
    assert services("zoe@ville.example") == ["ccas", "mediatheque"]
    assert person("emile@ville.example").role == "reader"
    assert "zoe@ville.example" in facilitator.get("/people/invitations").text
    entry = read_session().scalars(select(AuditEntry).where(AuditEntry.action == "people_imported")).one()
    assert (entry.facts["created"], entry.actor_id) == (2, town.facilitator)


def test_confirming_twice_alters_nothing_more(town: Town, facilitator: Visitor) -> None:
    page = check(facilitator, FILE)
    confirm(facilitator, FILE, page)
    before = emails()
    assert confirm(facilitator, FILE, page).status_code == 409
    assert emails() == before


def test_when_people_changed_meanwhile_the_dry_run_is_shown_again(town: Town, facilitator: Visitor) -> None:
    text = "nom,email\nSonia Petit,ccas@ville.example\n"
    page = check(facilitator, text)
    with write_transaction() as session:
        session.get_one(Person, town.agent).name = "Sonia Martin"
    again = confirm(facilitator, text, page)
    assert again.status_code == 409
    assert "a changé entre-temps" in again.text
    assert "Sonia Martin → Sonia Petit" in again.text
    assert confirm(facilitator, text, again).status_code == 303
    assert person("ccas@ville.example").name == "Sonia Petit"


def test_a_text_that_was_altered_after_the_dry_run_is_shown_again(town: Town, facilitator: Visitor) -> None:
    page = check(facilitator, FILE)
    assert confirm(facilitator, FILE.replace("lecteur", "animateur"), page).status_code == 409
    assert "emile@ville.example" not in emails()


def test_one_refused_line_keeps_everything_out(town: Town, facilitator: Visitor) -> None:
    text = FILE + "=1+1;calc@ville.example;;agent\n"
    page = check(facilitator, text)
    assert "formaction" not in page.text
    assert confirm(facilitator, text, page).status_code == 409
    assert "zoe@ville.example" not in emails()


def test_only_what_the_file_says_is_changed(town: Town, facilitator: Visitor) -> None:
    text = "e-mail\nccas@ville.example\n"
    assert verdicts(check(facilitator, text)) == [("2", "ccas@ville.example", "unchanged", "")]
    text = "role,email\nlecteur,ccas@ville.example\n"
    confirm(facilitator, text, check(facilitator, text))
    changed = person("ccas@ville.example")
    assert (changed.role, changed.name, services("ccas@ville.example")) == ("reader", "Sonia Bernard", ["ccas"])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("=HYPERLINK(1);a@ville.example;;", "ne commence pas par «\u202f=\u202f»"),
        ("+33;a@ville.example;;", "ne commence pas par"),
        ("@x;a@ville.example;;", "ne commence pas par"),
        ("-1;a@ville.example;;", "ne commence pas par"),
        (";a@ville.example;;", "Le nom manque"),
        ("A;sans-arobase;;", "n’est pas une adresse"),
        ("A;a@ville.example;Nulle part;", "Le service «\u202fNulle part\u202f» n’existe pas"),
        ("A;a@ville.example;;roi", "n’est pas un rôle"),
        ("A;a@ville.example;;agent;de trop", "plus de cases que l’en-tête"),
        ("A;ZOE@ville.example;;", "déjà à la ligne 2"),
        ("Élise;dtan@ville.example;;agent", "aucun animateur actif"),
    ],
)
def test_a_line_is_refused_with_its_number_and_the_reason(
    town: Town, facilitator: Visitor, line: str, said: str
) -> None:
    number, _email, verdict, words = verdicts(check(facilitator, f"{FILE}{line}\n"))[0]
    assert (number, verdict) == ("4", "refused")
    assert said in words.replace("&#39;", "'")


def test_an_archived_service_is_refused(town: Town, facilitator: Visitor) -> None:
    facilitator.post("/services/1/archive")
    assert "archivé" in verdicts(check(facilitator, FILE))[0][3]


def test_the_last_facilitator_may_leave_when_the_same_file_names_another(town: Town, facilitator: Visitor) -> None:
    text = "email;role\ndtan@ville.example;agent\nccas@ville.example;animatrice\n"
    assert confirm(facilitator, text, check(facilitator, text)).status_code == 303
    assert (person("dtan@ville.example").role, person("ccas@ville.example").role) == ("agent", "facilitator")


def test_services_that_are_missing_are_created_when_asked(town: Town, facilitator: Visitor) -> None:
    text = 'name,email,services\nA,a@ville.example,"Sports, Culture/sports|CCAS"\n'
    page = check(facilitator, text, create_services="1")
    assert "Services qui seront créés\u00a0: Sports, Culture." in page.text
    confirm(facilitator, text, page, create_services="1")
    assert services("a@ville.example") == ["ccas", "culture", "sports"]
    assert set(read_session().scalars(select(Service.slug))) == {"ccas", "mediatheque", "sports", "culture"}


def test_a_service_whose_name_holds_a_separator_is_known_by_its_whole_name(town: Town, facilitator: Visitor) -> None:
    facilitator.post("/services/new", {"name": "Sports, loisirs / vie associative"})
    assert (
        verdicts(check(facilitator, 'nom,mail,service\nA,a@ville.example,"SPORTS, loisirs / Vie associative"\n'))[0][2]
        == "created"
    )


@pytest.mark.parametrize(
    "header",
    [
        "nom;e-mail;services;rôle",
        "Name,E-Mail,Services,Role",
        "NOM\tCOURRIEL\tSERVICE\tPROFIL",
        '"Nom complet";"Adresse de messagerie";"Service";"Rôle"',
    ],
)
def test_headings_come_in_french_or_english_with_any_separator(header: str) -> None:
    separator = next(sign for sign in ";,\t" if sign in header)
    [row] = parse_people_csv(f"{header}\n{separator.join(('Zoé', 'zoe@ville.example', 'CCAS', 'agent'))}\n").rows
    assert (row.name, row.email, row.services, row.role) == ("Zoé", "zoe@ville.example", "CCAS", "agent")


def test_columns_come_in_any_order_and_first_names_apart() -> None:
    read = parse_people_csv("mail;téléphone;prénom;nom\nzoe@ville.example;04 65 71 10 20;Zoé;Petit\n")
    assert (read.rows[0].name, read.rows[0].email, read.ignored) == ("Zoé Petit", "zoe@ville.example", ["téléphone"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_files_come_in_any_usual_encoding(town: Town, facilitator: Visitor, encoding: str, newline: str) -> None:
    data = FILE.replace("\n", newline).encode(encoding)
    page = facilitator.client.post(
        "/people/import",
        data={"csrf_token": facilitator.csrf_token, "file": (io.BytesIO(data), "agents.csv")},
        headers={"Accept": "text/html"},
    )
    assert [line[1:3] for line in verdicts(page)] == [
        ("zoe@ville.example", "created"),
        ("emile@ville.example", "created"),
    ]
    assert "Zoé Petit" in page.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Choisissez un fichier"),
        (" \n\n", "Choisissez un fichier"),
        ("Zoé;zoe@ville.example\n", "première ligne"),
        ("nom|e-mail\nZoé|zoe@ville.example\n", "première ligne"),
        ("nom;e-mail\n", "en-têtes"),
        ("nom;e-mail;nom\nA;a@b.example;B\n", "disent la même chose"),
        ('nom;e-mail\n"Zoé;zoe@ville.example\nA;a@b.example\n', "Ligne 2"),
        ('nom;e-mail\nA;a@b.example\n"Zoé"x;zoe@ville.example\n', "Ligne 3"),
        ("nom;e-mail\nA\x00;a@b.example\n", "pas un fichier CSV"),
        ("nom;e-mail\n" + "x" * 200_000 + ";a@b.example\n", "Ligne 2"),
        ("nom;e-mail\n" + "A;a@b.example\n" * (LINES_AT_MOST + 1), "plus de 2000 lignes"),
        ("x" * 450_000, "trop lourd"),
    ],
)
def test_a_file_of_which_nothing_can_be_used_is_refused_in_a_sentence(
    town: Town, facilitator: Visitor, text: str, said: str
) -> None:
    page = check(facilitator, text)
    assert page.status_code == 422
    assert said in page.text
    assert 'role="alert"' in page.text


@pytest.mark.parametrize("data", [b"PK\x03\x04rest", b"\xff\xfea\x00", b"nom;e-mail\x00", b"nom\x81\x8d;e-mail"])
def test_what_is_no_text_is_refused(app: Flask, data: bytes) -> None:
    with app.test_request_context(), pytest.raises(UnusableFile):
        decode_csv(data)


def test_an_enormous_file_gets_a_page_that_says_so(town: Town, facilitator: Visitor) -> None:
    page = facilitator.client.post(
        "/people/import",
        data={"csrf_token": facilitator.csrf_token, "file": (io.BytesIO(b"x" * 100_000_000), "agents.csv")},
        headers={"Accept": "text/html"},
    )
    assert page.status_code == 413
    assert "L’envoi dépasse la taille permise." in page.text


def test_two_thousand_lines_are_imported(town: Town, facilitator: Visitor) -> None:
    text = "nom;e-mail;service\n" + "".join(
        f"Agent {number};agent{number}@ville.example;CCAS\n" for number in range(LINES_AT_MOST)
    )
    assert confirm(facilitator, text, check(facilitator, text)).status_code == 303
    assert len(emails()) == LINES_AT_MOST + 4


def test_an_agent_imports_nobody(town: Town, visitor: Visitor) -> None:
    visitor.sign_in("ccas@ville.example")
    assert check(visitor, FILE).status_code == 403
    assert visitor.post("/people/import/confirm", {"text": FILE, "digest": "0" * 64}).status_code == 403
    assert "zoe@ville.example" not in emails()


def test_the_command_line_imports_too(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "agents.csv"
    file.write_text(FILE.replace("CCAS", "Sports"), encoding="cp1252")
    assert "n’existe pas" in run("people", "import", str(file)).stdout
    assert "zoe@ville.example" not in emails()
    dry = run("people", "import", str(file), "--create-services", "--dry-run")
    assert (dry.exit_code, "2 créé" in dry.stdout) == (0, True)
    assert "zoe@ville.example" not in emails()
    assert run("people", "import", str(file), "--create-services").exit_code == 0
    assert services("zoe@ville.example") == ["mediatheque", "sports"]


def test_the_command_line_says_what_it_cannot_read(run: Run, tmp_path: Path) -> None:
    missing = run("people", "import", str(tmp_path / "rien.csv"))
    assert (missing.exit_code, "ne peut pas être lu" in missing.stderr) == (1, True)
    (tmp_path / "vide.csv").write_bytes(b"")
    assert "vide" in run("people", "import", str(tmp_path / "vide.csv")).stderr


def test_exported_cells_hold_no_formula() -> None:
    rows = [["=1+1", "+1", "-1", "@x", "\t=1", "a;b", 'c"d']]
    text = csv_text(rows)
    assert text.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";")) == [
        ["'=1+1", "'+1", "'-1", "'@x", "'\t=1", "a;b", 'c"d']
    ]


def test_imported_people_await_a_link_in_alphabetical_order(facilitator: Visitor) -> None:
    page = check(facilitator, FILE)
    confirmed = facilitator.post("/people/import/confirm", {"text": FILE, "digest": DIGEST.findall(page.text)[0]})
    waiting = facilitator.get(confirmed.location).text
    assert "Import terminé\u00a0: 2 comptes créés." in waiting
    assert waiting.index("Émile Roux") < waiting.index("Zoé Petit")
