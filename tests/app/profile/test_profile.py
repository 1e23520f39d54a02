"""Personal profile: identity, photo, appearance, password and data export."""

from __future__ import annotations

import io
import json
import struct
import zlib
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.accounts.models import Account, SignIn
from app.audit.models import AuditEntry
from app.profile.user_agents import browser_in_words
from boards.database import db, read_session, write_transaction
from boards.directory import make_default
from boards.models import Person, Photo
from tests.town import PASSWORD, Town
from tests.visitor import Visitor

EMAIL = "ccas@ville.example"
NEW = "trois girafes sous la pluie"


@pytest.fixture
def sonia(town: Town, visitor: Visitor) -> Visitor:
    visitor.sign_in(EMAIL)
    return visitor


def account() -> Account:
    db.session.rollback()
    return read_session().query(Account).filter_by(email=EMAIL).one()


def person() -> Person:
    return account().person


def test_nobody_else_sees_a_profile(town: Town, visitor: Visitor) -> None:
    for path in ("/profile", "/profile/data", f"/people/{town.agent}/photo"):
        assert visitor.get(path).location.startswith("/sign-in")


# --- identity ----------------------------------------------------------------------------------------------------


def test_name_initials_and_colour_are_ones_own(sonia: Visitor) -> None:
    before = person().version
    kept = sonia.post("/profile", {"name": "  Sonia   Bernard-Petit ", "initials": "sbp", "hue": "140"})
    assert (kept.status_code, kept.location) == (303, "/profile")
    assert (person().name, person().initials, person().hue) == ("Sonia Bernard-Petit", "SBP", 140)
    assert person().version == before + 1
    assert "Votre profil est enregistré" in sonia.get("/profile").text
    sonia.post("/profile", {"name": "Sonia Bernard-Petit", "initials": "", "hue": "140"})
    assert person().initials == "SB"


def test_keeping_the_same_again_alters_nothing(sonia: Visitor) -> None:
    same = {"name": person().name, "initials": "", "hue": str(person().hue)}
    before = person().version
    assert sonia.post("/profile", same).status_code == 303
    assert person().version == before


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": ""}, "Ce champ est nécessaire"),
        ({"name": "   "}, "Indiquez un nom"),
        ({"name": "a" * 201}, "trop long"),
        ({"name": "Sonia\x00Bernard"}, "caractères de contrôle"),
        ({"name": "=HYPERLINK(1)"}, "ne commence pas par"),
        ({"initials": "abcd"}, "une à trois lettres"),
        ({"initials": "1!"}, "une à trois lettres"),
        ({"hue": "9999"}, "valeurs proposées"),
        ({"hue": "rouge"}, "valeurs proposées"),
    ],
)
def test_wrong_identities_are_said_field_by_field(sonia: Visitor, fields: dict[str, str], problem: str) -> None:
    before = (person().name, person().initials, person().hue)
    answer = sonia.post("/profile", {"name": "Nouveau nom", "initials": "", "hue": "20", **fields})
    assert answer.status_code == 422
    assert problem in answer.text
    assert "name" in fields or 'value="Nouveau nom"' in answer.text
    assert (person().name, person().initials, person().hue) == before


def test_a_name_is_never_markup(sonia: Visitor) -> None:
    sonia.post("/profile", {"name": "<b onclick=x>Sonia</b>", "initials": "", "hue": "20"})
    assert "<b onclick" not in sonia.get("/profile").text


# --- photo -------------------------------------------------------------------------------------------------------


def picture(kind: str = "PNG", size: tuple[int, int] = (600, 400), **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, kind, **options)
    return file.getvalue()


def send(visitor: Visitor, content: bytes, name: str = "moi.png") -> Any:
    data: Any = {"photo": (io.BytesIO(content), name)}
    return visitor.post("/profile/photo", data, content_type="multipart/form-data")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_photo_becomes_small_and_square(sonia: Visitor, kind: str) -> None:
    assert send(sonia, picture(kind)).status_code == 303
    seen = sonia.client.get(f"/people/{person().id}/photo")
    assert seen.mimetype == "image/webp"
    with Image.open(io.BytesIO(seen.data)) as image:
        assert (image.format, image.size) == ("WEBP", (256, 256))


def test_a_photo_tells_neither_where_nor_when_it_was_taken(sonia: Visitor) -> None:
    exif = Image.Exif()
    exif[0x0132] = "2026:11:21 10:00:00"
    exif.get_ifd(0x8825)[1] = "N"
    send(sonia, picture("JPEG", exif=exif, comment=b"un secret", icc_profile=b"un profil secret"))
    stored = read_session().get_one(Photo, person().id).webp
    with Image.open(io.BytesIO(stored)) as image:
        assert not image.getexif()
        assert set(image.info) <= {"loop", "background", "timestamp", "duration"}
    assert b"secret" not in stored
    text = PngInfo()
    text.add_text("Author", "un secret")
    send(sonia, picture("PNG", pnginfo=text))
    assert b"secret" not in read_session().get_one(Photo, person().id).webp


def test_a_photo_taken_upright_stays_upright(sonia: Visitor) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned
    image = Image.new("RGB", (300, 300), "white")
    image.paste("red", (0, 0, 300, 100))
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif)
    send(sonia, file.getvalue())
    with Image.open(io.BytesIO(read_session().get_one(Photo, person().id).webp)) as shown:
        right = shown.convert("RGB").getpixel((240, 128))
    assert isinstance(right, tuple)
    assert right[0] > 200 > 100 > right[1]


def bomb() -> bytes:
    """Build a file of a few kilobytes that claims 50,000 × 50,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(10_000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "Choisissez d’abord une photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "ne peut pas être lue"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "ne peut pas être lue"),
        (b"%PDF-1.7", "ne peut pas être lue"),
        (picture()[:60], "ne peut pas être lue"),
        (bomb(), "ne peut pas être lue"),
        (picture(size=(6000, 5001)), "trop grande"),
        (b"\xff\xd8\xff" + bytes(5 * 1024 * 1024), "trop lourde"),
    ],
    ids=["nothing", "svg", "gif", "pdf", "cut off", "bomb", "too many pixels", "too heavy"],
)
def test_what_is_no_photo_is_refused(sonia: Visitor, content: bytes, problem: str) -> None:
    answer = send(sonia, content, "photo.jpg")
    assert answer.status_code == 422
    assert problem in answer.text
    assert person().photo_version == 0


def test_a_far_too_large_upload_is_not_even_read(sonia: Visitor) -> None:
    assert send(sonia, bytes(6 * 1024 * 1024)).status_code == 413
    assert sonia.post("/profile", {"name": "x" * 600_000}).status_code == 413


def test_a_photo_stands_wherever_its_person_does(app: Flask, town: Town, sonia: Visitor) -> None:
    send(sonia, picture())
    face = f'src="/people/{town.agent}/photo?v={person().photo_version}"'
    assert face in sonia.get("/boards/accueil").text.split("</header>")[0]
    facilitator = Visitor(app)
    facilitator.sign_in("dtan@ville.example")
    for page in ("/people", f"/people/{town.agent}"):
        assert face in facilitator.get(page).text


def test_photos_are_kept_by_browsers_until_they_change(app: Flask, town: Town, sonia: Visitor) -> None:
    send(sonia, picture())
    version = person().photo_version
    colleague = Visitor(app)
    colleague.sign_in("mediatheque@ville.example")
    first = colleague.client.get(f"/people/{town.agent}/photo?v={version}")
    assert "private" in first.headers["Cache-Control"]
    again = colleague.client.get(
        f"/people/{town.agent}/photo", headers={"If-None-Match": first.headers["ETag"], "Accept": "image/*"}
    )
    assert (again.status_code, again.data) == (304, b"")
    sonia.post("/profile/photo/remove")
    assert person().photo_version == 0
    assert read_session().query(Photo).count() == 0
    assert colleague.client.get(f"/people/{town.agent}/photo").status_code == 404
    assert sonia.post("/profile/photo/remove").status_code == 303
    send(sonia, picture())
    assert person().photo_version > version


def test_photos_that_are_not_there(sonia: Visitor) -> None:
    for id in (0, 999, 2**63, 10**30):
        assert sonia.get(f"/people/{id}/photo").status_code == 404


# --- looks -------------------------------------------------------------------------------------------------------


def test_looks_follow_the_person_to_another_browser(app: Flask, sonia: Visitor) -> None:
    kept = sonia.post("/profile/looks", {"theme": "dark", "density": "compact", "language": "en"})
    assert kept.status_code == 303
    assert "theme=dark" in "".join(kept.headers.getlist("Set-Cookie"))
    assert (account().theme, account().density, account().language) == ("dark", "compact", "en")
    elsewhere = Visitor(app)
    elsewhere.sign_in(EMAIL)
    for path in ("/profile", "/boards/accueil"):
        page = elsewhere.get(path).text
        assert 'data-theme="dark"' in page
        assert 'data-density="compact"' in page
    sonia.post("/profile/looks", {"theme": "system", "density": "comfortable", "language": "fr"})
    page = sonia.get("/boards/accueil").text
    assert "data-theme=" not in page.split("<head>")[0]
    assert "data-density" not in page


def test_the_boards_own_menu_is_remembered_too(app: Flask, sonia: Visitor) -> None:
    headers = {"X-CSRFToken": sonia.csrf_token}
    assert sonia.client.put("/profile/theme", json="dark", headers=headers).status_code == 204
    assert account().theme == "dark"
    assert sonia.client.put("/profile/theme", json="pink", headers=headers).status_code == 422
    assert sonia.client.put("/profile/theme", json=["dark"], headers=headers).status_code == 422


@pytest.mark.parametrize("wrong", [{"theme": "pink"}, {"density": ""}, {"language": "klingon"}])
def test_unknown_looks_are_refused(sonia: Visitor, wrong: dict[str, str]) -> None:
    answer = sonia.post("/profile/looks", {"theme": "dark", "density": "compact", "language": "fr", **wrong})
    assert answer.status_code == 422
    assert account().theme is None


# --- password ----------------------------------------------------------------------------------------------------


def test_a_new_password_signs_the_other_browsers_out_and_keeps_this_one(app: Flask, sonia: Visitor) -> None:
    elsewhere = Visitor(app)
    elsewhere.sign_in(EMAIL)
    assert sonia.post("/profile/password", {"current": PASSWORD, "password": NEW}).status_code == 303
    assert sonia.get("/boards/accueil").status_code == 200
    assert elsewhere.get("/boards/accueil").status_code == 303
    assert Visitor(app).sign_in(EMAIL, PASSWORD).status_code == 401
    assert Visitor(app).sign_in(EMAIL, NEW).status_code == 303
    assert [entry.subject for entry in read_session().query(AuditEntry).filter_by(action="password_changed")] == [EMAIL]


@pytest.mark.parametrize(
    ("current", "new", "problem"),
    [
        ("not it", NEW, "pas votre mot de passe actuel"),
        ("", NEW, "nécessaire"),
        (PASSWORD, "", "Choisissez un mot de passe"),
        (PASSWORD, "court", "encore 7"),
        (PASSWORD, "Sonia.Bernard.2026", "facile à deviner"),
        (PASSWORD, "mediatheque2026", "facile à deviner"),
    ],
)
def test_a_new_password_is_refused_in_words(app: Flask, sonia: Visitor, current: str, new: str, problem: str) -> None:
    answer = sonia.post("/profile/password", {"current": current, "password": new})
    assert answer.status_code == 422
    assert problem in answer.text
    assert PASSWORD not in answer.text
    assert not new or f'value="{new}"' not in answer.text
    assert Visitor(app).sign_in(EMAIL).status_code == 303


def test_an_open_browser_is_no_place_to_guess_the_password(sonia: Visitor) -> None:
    statuses = [
        sonia.post("/profile/password", {"current": f"guess {n}", "password": NEW}).status_code for n in range(11)
    ]
    assert (statuses[0], statuses[-1]) == (422, 429)


# --- data --------------------------------------------------------------------------------------------------------


def test_ones_data_in_one_file_without_secrets(town: Town, sonia: Visitor) -> None:
    town.add_card("Piscine fermée")
    town.add_card("D’un autre", actor=town.colleague, column=town.suggestions)
    sonia.post("/profile/tokens", {"label": "Écran du hall", "scope": "read"})
    answer = sonia.get("/profile/data")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.mimetype == "application/json"
    data = json.loads(answer.text)
    assert data["profile"]["email"] == EMAIL
    assert data["services"] == ["CCAS"]
    assert [card["title"] for card in data["cards"]] == ["Piscine fermée"]
    assert [(change["type"], change["board"]) for change in data["changes"]] == [("card_added", "Accueil")]
    assert data["tokens"][0]["name"] == "Écran du hall"
    assert len(data["sign_ins"]) == 1
    assert (
        {"signed_in", "token_made", "data_exported"}
        >= {entry["action"] for entry in data["log"]}
        >= {"signed_in", "token_made"}
    )
    hashes = [account().password_hash, read_session().query(SignIn).one().token_hash]
    assert not any(hash and hash in answer.text for hash in hashes)
    assert "fn_" not in answer.text
    db.session.rollback()
    assert read_session().query(AuditEntry).filter_by(action="data_exported").count() == 1


def test_data_holds_nothing_of_a_column_one_may_no_longer_read(town: Town, sonia: Visitor) -> None:
    town.add_card("Confidentiel depuis")
    town.perform(
        town.facilitator,
        type="set_rights",
        column=town.service,
        agents="none",
        readers="none",
        services={str(town.ccas): "none"},
    )
    (card,) = json.loads(sonia.get("/profile/data").text)["cards"]
    assert set(card) == {"id", "board", "created_at"}


def test_data_holds_no_title_on_a_board_that_was_archived(town: Town, sonia: Visitor) -> None:
    card = town.add_card("Dans l’ancien tableau")
    headers = {"X-CSRFToken": sonia.csrf_token}
    rule = town.add_card("Ancienne règle", column=town.guide, actor=town.facilitator)
    assert sonia.client.put(f"/cards/{rule}/read", json={"version": 1}, headers=headers).status_code == 204
    assert (
        sonia.client.put(f"/boards/accueil/placements/{town.free}", json={"pinned": True}, headers=headers).status_code
        == 200
    )
    with write_transaction() as session:
        make_default(session, town.other_board)
    town.perform(town.facilitator, type="archive_board")
    told = sonia.get("/profile/data").text
    assert [each["id"] for each in json.loads(told)["cards"]] == [card]
    assert [words for words in ("ancien tableau", "Ancienne règle", "Accueil", "Free") if words in told] == []


def test_pinned_and_folded_columns_are_in_the_personal_data_export(town: Town, sonia: Visitor) -> None:
    headers = {"X-CSRFToken": sonia.csrf_token}
    sonia.client.put(f"/boards/accueil/placements/{town.free}", json={"pinned": True}, headers=headers)
    sonia.client.put(f"/boards/accueil/folds/{town.guide}", json=True, headers=headers)
    guide, free = json.loads(sonia.get("/profile/data").text)["columns"]
    assert guide == {"column": town.guide, "title": "Guide", "pinned": False, "rank": None, "folded": True}
    assert free == {"column": town.free, "title": "Free", "pinned": True, "rank": None, "folded": False}


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox sur Windows"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge sur Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18 Safari/605.1.15",
            "Safari sur Mac",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
            "Chrome sur Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605 (KHTML, like Gecko) CriOS/140 Mobile Safari/604",
            "Chrome sur iPhone",
        ),
        ("", "Navigateur inconnu"),
        ("<script>", "Navigateur inconnu"),
    ],
)
def test_browsers_are_named_in_words(app: Flask, user_agent: str, words: str) -> None:
    assert browser_in_words(user_agent) == words
