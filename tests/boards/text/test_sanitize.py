from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boards.text.sanitize import UnfitText, clean_body, clean_title, excerpt, markdown_to_html, plain_text

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<img src="/sign-out">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="//ailleurs.example">x</a>',
    '<a href="/sign-out">x</a>',
    '<a href="data:text/html,x">x</a>',
    "<iframe src=//x></iframe>",
    "<svg onload=alert(1)><circle/></svg>",
    "<style>*{display:none}</style>",
    '<p title="x" lang="ar" dir="rtl">y</p>',
    '<p style="position:fixed" class="panel" id="board" onclick=x>x</p>',
    '<form action="/boards/accueil/commands"><input name=x></form>',
    "<math><mtext><table><mglyph><style><img src onerror=alert(1)>",
    "<base href=//x>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
]


@pytest.mark.parametrize("html", HOSTILE)
def test_hostile_html_is_stored_safe(html: str) -> None:
    cleaned = Markup(clean_body(f"<p>Bonjour</p>{html}"))
    assert "Bonjour" in cleaned.text
    assert cleaned.tags <= {"p", "a"}
    assert {name for name, _value in cleaned.attributes} <= {"href", "rel"}
    assert all(
        value.startswith(("http", "mailto:", "tel:", "/cards/")) for name, value in cleaned.attributes if name == "href"
    )


class Markup(HTMLParser):
    """Parse HTML as a browser would: tags, attributes, text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update((name, value or "") for name, value in attributes)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_formatting_of_the_editor_is_kept() -> None:
    html = (
        "<h3>Pièces</h3><ul><li><p><strong>CNI</strong></p></li></ul>"
        '<p><a href="https://val-rive.example" rel="noopener noreferrer">site</a></p>'
    )
    assert clean_body(html) == html


@pytest.mark.parametrize("href", ["mailto:ccas@val-rive.example", "tel:+33465710000", "/cards/12", "http://a.example"])
def test_useful_links_stay(href: str) -> None:
    assert f'href="{href}"' in clean_body(f'<p><a href="{href}">x</a></p>')


def test_plain_lines_become_paragraphs() -> None:
    assert clean_body("Une & deux\n\ntrois") == "<p>Une &amp; deux</p><p>trois</p>"


@pytest.mark.parametrize("html", ["", "<p></p>", "<p> </p>", "<ul><li></li></ul>", "<br>"])
def test_an_empty_body_is_empty(html: str) -> None:
    assert clean_body(html) == ""


def test_64_kib_fit_and_one_byte_more_does_not() -> None:
    assert clean_body("a" * 65_536)
    with pytest.raises(UnfitText, match="too_long"):
        clean_body("a" * 65_537)


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800", "\x1b[31m", "a\x7f"])
def test_control_characters_are_refused(text: str) -> None:
    for clean in (clean_title, clean_body):
        with pytest.raises(UnfitText, match="bad_characters"):
            clean(text)


def test_bidi_overrides_are_dropped_and_marks_kept() -> None:
    assert clean_title("gpj.\u202eexe\u2066x\u2069") == "gpj.exex"
    assert clean_title("שלום\u200f!") == "שלום\u200f!"


def test_a_title_is_one_line_and_keeps_french_spaces() -> None:
    assert clean_title("  Ouvert\n\tdemain\u202f!  ") == "Ouvert demain\u202f!"


def test_blocks_become_lines() -> None:
    assert plain_text("<h3>A</h3><ul><li><p>b &amp; c</p></li><li>d</li></ul>e<br>f") == "A\nb & c\nd\ne\nf"


def test_an_excerpt_ends_between_words() -> None:
    assert excerpt("un deux trois quatre", 12) == "un deux…"
    assert excerpt("court\nsuite") == "court · suite"


def test_markdown_becomes_safe_html() -> None:
    html = markdown_to_html(
        "# Titre\n\n**gras** <script>x</script> [lien](javascript:x) ![image](https://a.example/x.png)\n\n- un\n- deux"
    )
    assert "<h3>Titre</h3>" in html
    assert "<strong>gras</strong>" in html
    assert "<li>un</li>" in html
    assert '<a href="https://a.example/x.png"' in html
    assert "<script" not in html
    assert 'href="javascript' not in html


@given(st.text())
def test_no_text_breaks_the_cleaning_and_cleaning_twice_changes_nothing(text: str) -> None:
    for clean in (clean_title, clean_body):
        try:
            once = clean(text)
        except UnfitText:
            continue
        assert clean(once) == once if once else True


@pytest.mark.parametrize(
    ("html", "stored"),
    [
        ("<p>facture&#x202e;fdp.exe</p>", "<p>facturefdp.exe</p>"),
        ("facture&#x202e;fdp.exe", "<p>facturefdp.exe</p>"),
        ("<p>a&#1;b&#127;c</p>", "<p>abc</p>"),
        ('<p><a href="https://a.example/&#x202e;x">a</a></p>', '<p><a rel="noopener noreferrer">a</a></p>'),
        ("<p>\u0338a</p>", "<p>\u0338a</p>"),  # composed with what stands before it, it would break the tag
        ("<p>e&#x301;</p>", "<p>é</p>"),
        ("<pre>\n\n  a</pre>", "<pre>  a</pre>"),  # each reading drops one line break there
    ],
)
def test_forbidden_characters_do_not_come_in_as_character_references(html: str, stored: str) -> None:
    assert clean_body(html) == stored
    assert clean_body(stored) == stored
