"""« Fiche à remettre » as a PDF: content, pages and robustness."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from flask import Flask
from pypdf import PdfReader

from app.sharing.handout import Desk, HandoutSheet, Paper
from app.sharing.pdf import pdf_of
from app.sharing.pdf_fonts import fitted, lacks_letters
from app.web.assets import DIST
from boards.database import read_session
from boards.sharing import sharing_state
from boards.text.sanitize import clean_body
from tests.app.auth.test_locale import speak
from tests.smtp import use_smtp
from tests.town import PEOPLE, Town
from tests.visitor import Visitor

pytestmark = pytest.mark.skipif(
    not (DIST / "manifest.json").exists(), reason="its letters come with the front end: make build"
)

WORDS = {"hours": "Horaires\u00a0:", "page": "page", "scan": "La version à jour\u00a0:"}
SHEET = HandoutSheet(
    title="Piscine\u202f: l’œuvre « Été »",
    html="<p>25\u00a0€ à Łódź</p>",
    holds="Valable jusqu’au 12 mai 2031",
    updated_in_words="3 mars 2031",
    town=Desk("Ville de Val-Rive", "1 place de la République", "04 65 71 10 10", "Du lundi au vendredi"),
    service=Desk("Sports", contact="04 65 71 00 30", hours="Le mardi"),
    address="https://flash.ville.example/p/abcdefghijklmnopqrstuv",
)


def drawn(body: str = "", paper: Paper = Paper.A5, **others: object) -> PdfReader:
    fields = {"html": clean_body(body)} if body else {}
    return PdfReader(io.BytesIO(pdf_of(replace(SHEET, **fields, **others), paper, WORDS)))  # type: ignore[arg-type]  # fields by name


def text_of(pdf: PdfReader) -> str:
    """Return the extracted text, with no-break spaces as plain ones."""
    return " ".join(page.extract_text() for page in pdf.pages).replace("\u00a0", " ")


def test_all_that_a_resident_needs_is_on_it_with_its_accents() -> None:
    pdf = drawn()
    text = text_of(pdf)
    for said in (
        "Piscine : l’œuvre",
        "« Été »",
        "25 € à Łódź",
        "Valable jusqu’au 12 mai 2031",
        "Ville de Val-Rive",
        "1 place de la République",
    ):
        assert said in text
    for said in (
        "04 65 71 10 10",
        "Sports",
        "04 65 71 00 30",
        "Horaires : Le mardi",
        "https://flash.ville.example/p/abcdefghijklmnopqrstuv",
    ):
        assert said in text
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Piscine\u00a0: l’œuvre « Été »"
    assert pdf.metadata.author == "Ville de Val-Rive"
    assert str(pdf.root_object["/Lang"]) == "fr"


@pytest.mark.parametrize(("paper", "size"), [(Paper.A5, (148, 210)), (Paper.A4, (210, 297))])
def test_it_has_the_size_that_was_asked_for(paper: Paper, size: tuple[int, int]) -> None:
    (page,) = drawn(paper=paper).pages
    assert [round(float(points) / 72 * 25.4) for points in page.mediabox[2:]] == list(size)


def test_links_are_followed() -> None:
    pdf = drawn('<p><a href="https://ville.example/piscine">le site</a> et <a href="/cards/4">une info</a></p>')
    led = {note.get_object()["/A"]["/URI"] for page in pdf.pages for note in page.get("/Annots", [])}
    assert led == {"https://ville.example/piscine", SHEET.address}


def test_lists_and_looks_come_through() -> None:
    text = text_of(
        drawn(
            "<h3>Pièces</h3><ol><li>photo</li>"
            "<li><strong>timbre</strong><ul><li>ou <em>chèque</em></li></ul></li></ol><pre>a\n b</pre>"
        )
    )
    for said in ("Pièces", "1. photo", "2. timbre", "• ou chèque"):
        assert said in text


def test_without_a_public_page_there_is_no_address() -> None:
    assert "version à jour" not in text_of(drawn(address=None))


@pytest.mark.parametrize(
    "body",
    [
        "<p>שלום عربي مرحبا</p>",
        "<p>Réouverture 🎉👨‍👩‍👧‍👦 ✅</p>",
        "<p>" + "x" * 5000 + "</p>",
        "<p>https://ville.example/" + "a-" * 900 + "</p>",
        "<ul><li>" * 40 + "au fond",
        "<p>日本語</p><p>e\u0301te\u0301 \u200b\u200f\u00ad</p>",
        "<blockquote>" * 60 + "cité",
        "<pre>" + "colonne\t" * 400 + "</pre>",
    ],
)
def test_no_text_is_too_much_for_it(body: str) -> None:
    for paper in Paper:
        pdf = drawn(body, paper, title="שלום 🎉 " + "Très" * 40)
        assert 1 <= len(pdf.pages) < 10


def test_a_long_text_goes_on_on_further_pages_which_are_numbered() -> None:
    pdf = drawn("<p>" + "Les bassins ferment à dix-neuf heures. " * 300 + "</p><p>Dernier mot.</p>")
    assert len(pdf.pages) > 2
    assert "page 2" in pdf.pages[1].extract_text()
    assert "Dernier mot." in text_of(pdf)
    assert "04 65 71 10 10" in pdf.pages[-1].extract_text()


def test_letters_that_there_are_not_are_said_to_be_missing() -> None:
    assert fitted("œ\u202f€ → ﬁn 🎉") == "œ\u00a0€ -> fin "
    assert lacks_letters("مرحبا")
    assert not lacks_letters("Où\u202f? Là\u202f! 🎉")


def test_people_download_it_and_it_is_counted(app: Flask, town: Town) -> None:
    use_smtp(app, None, public_url="https://flash.ville.example")
    card = town.add_card("Été à l’Œuvre", body="<p>Les bassins rouvrent.</p>")
    agent = Visitor(app)
    agent.sign_in(PEOPLE["agent"][0])
    agent.post(f"/cards/{card}/public-link")
    answer = agent.post(f"/cards/{card}/sheet.pdf?format=a4")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == "attachment; filename=fiche-ete-a-l-oeuvre.pdf"
    text = text_of(PdfReader(io.BytesIO(answer.data)))
    assert "Les bassins rouvrent." in text
    assert re.search(r"Information du \d", text)
    read_session().rollback()
    so_far = sharing_state(read_session(), card)
    assert so_far.link
    assert f"https://flash.ville.example/p/{so_far.link.token}" in text
    assert so_far.prints == 1


def test_english_speakers_print_in_french(app: Flask, town: Town) -> None:
    card = town.add_card("Piscine", body="<p>Ouverte.</p>")
    speak("en", PEOPLE["agent"][0])
    agent = Visitor(app)
    agent.sign_in(PEOPLE["agent"][0])
    assert "Information du" in text_of(PdfReader(io.BytesIO(agent.post(f"/cards/{card}/sheet.pdf").data)))
