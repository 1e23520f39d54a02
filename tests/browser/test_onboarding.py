"""First visit: the tour, « J’ai lu », rules that change meanwhile, and the printed guide."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import SeatSomebody
from tests.browser.desk import COLLEAGUE, FACILITATOR, READER, Desk
from tests.browser.test_accessibility import THEMES, violations

NEWCOMER = "bienvenue@demo.example"
TOUR = ".driver-popover"


def expect_step(page: Page, number: int, count: int = 6) -> None:
    """Expect a labelled dialog inside the window that holds the focus."""
    box = page.get_by_role("dialog")
    expect(box.locator(".driver-popover-progress-text")).to_have_text(f"Étape {number} sur {count}")
    expect(box).to_be_in_viewport(ratio=1)
    expect(box).to_have_accessible_name(re.compile(r"\w{3}"))
    expect(box).to_have_accessible_description(re.compile(r"\w{3}"))
    expect(box.get_by_role("button", name=re.compile("Suivant|Terminer"))).to_be_focused()


def new_guide_column(facilitator: Desk, title: str, rules: list[str]) -> list[int]:
    answer = facilitator.command(type="add_column", title=title, kind="guide", after=None)
    column = int(next(iter(answer["changes"][0]["columns"])))
    return [facilitator.add_card(column, rule, body=f"<p>Texte de {rule}.</p>") for rule in rules]


def test_the_tour_waits_while_a_card_is_open_or_somebody_types(seat: SeatSomebody) -> None:
    desk = seat(NEWCOMER, path=None)
    desk.page.get_by_role(
        "button", name="Passer la visite"
    ).wait_for()  # it began where they arrived, and they go on without an answer
    desk.page.route("**/profile/welcomed", lambda route: route.abort())
    rule = next(card["id"] for card in desk.board()["cards"])
    desk.requests.clear()
    desk.open_board(f"/cards/{rule}")
    desk.page.add_init_script(
        "document.addEventListener('readystatechange', () => "
        "document.querySelector('.filter [role=combobox]')?.focus())"
    )
    desk.open_board()
    expect(desk.page.locator("body")).to_have_attribute("data-newcomer", "")
    assert [url for url in desk.requests if "/tour-" in url] == []  # it was not even fetched


def test_a_newcomer_is_shown_around_once_by_keyboard_and_sees_it_again_when_they_wish(seat: SeatSomebody) -> None:
    desk = seat(NEWCOMER, afresh=True, path=None, reduced_motion="reduce")
    page = desk.page
    expect_step(page, 1)
    expect(page.get_by_role("dialog")).to_contain_text("la colonne de votre service")
    expect(page.locator(".driver-active-element h2")).to_have_text("État civil")
    for key, step in (("Enter", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("Tab", 2), ("Tab", 2), ("Shift+Tab", 2)):
        page.keyboard.press(key)
        if key.endswith("Tab"):
            expect(page.locator(f"{TOUR} :focus")).to_have_count(1)
        else:
            expect_step(page, step)
    expect(page.locator(".driver-active-element")).to_have_attribute("data-column-kind", "guide")
    page.keyboard.press("n")  # shortcuts of the board are silent meanwhile
    page.mouse.click(720, 880)  # and a click aside is no wish to leave
    expect(page.locator(".composer")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_be_visible()
    with page.expect_response("**/profile/welcomed"):
        page.keyboard.press("Escape")
    expect(page.locator(TOUR)).to_have_count(0)
    expect(page.locator('.column[data-column-kind="guide"] .card h3 a').first).to_be_focused()
    desk.open_board()
    assert "data-newcomer" not in desk.context.request.get(page.url).text()  # or the tour would only be on its way
    expect(page.locator(TOUR)).to_have_count(0)

    page.get_by_role("button", name="Votre compte").click()
    page.get_by_role("menuitem", name="Revoir la visite").click()
    for step in range(1, 7):
        expect_step(page, step)
        page.keyboard.press("Enter")
    expect(page.locator(TOUR)).to_have_count(0)
    expect(page.locator(".account")).to_be_focused()
    expect(page.locator(".account")).to_have_attribute("aria-haspopup", "menu")
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_role("button", name="Revoir la visite").click()
    expect_step(page, 1)
    page.get_by_role("button", name="Passer la visite").click()
    expect(page.locator(TOUR)).to_have_count(0)


def test_each_step_of_the_tour_fits_a_phone_and_axe_finds_nothing(seat: SeatSomebody) -> None:
    desk = seat(READER, bypass_csp=True, reduced_motion="reduce", viewport={"width": 320, "height": 640})
    desk.page.get_by_role("button", name="Votre compte").click()
    desk.page.get_by_role("menuitem", name="Revoir la visite").click()
    count = 5  # a reader adds nothing
    for step in range(1, count + 1):
        expect_step(desk.page, step, count)
        if step < 3:  # the others are made alike
            assert {theme: violations(desk.page, theme) for theme in THEMES} == {theme: [] for theme in THEMES}
        desk.page.keyboard.press("Enter")
    expect(desk.page.locator(TOUR)).to_have_count(0)


def test_reads_are_counted_and_an_edited_rule_asks_again_live(seat: SeatSomebody) -> None:
    facilitator, boris = seat(FACILITATOR), seat(COLLEAGUE)
    rules = ["Règle A", "Règle B", "Règle C"]
    first, _second, _third = new_guide_column(facilitator, "Bien accueillir", rules)
    counted = boris.column("Bien accueillir").locator(".read-progress")
    expect(counted).to_have_text("0 lue sur 3")
    boris.open_card("Règle A")
    expect(boris.card("Règle A").get_by_role("img", name="À lire")).to_be_visible()
    boris.page.keyboard.press("l")
    button = boris.panel.get_by_role("button", name="J’ai lu")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(counted).to_have_text("1 lue sur 3")
    expect(boris.card("Règle A").get_by_role("img", name="Lue", exact=True)).to_be_visible()
    expect(facilitator.column("Bien accueillir").locator(".read-progress")).to_have_text("0 lue sur 3")  # theirs alone

    other_tab = boris.new_tab()
    follower = other_tab.locator("section.column", has_text="Bien accueillir").locator(".read-progress")
    expect(follower).to_have_text("1 lue sur 3")
    boris.panel.get_by_role("link", name="Suivante").click()
    expect(boris.panel.locator("#panel-title")).to_have_text("Règle B")
    boris.panel.get_by_role("button", name="J’ai lu").click()
    expect(boris.panel.get_by_role("button", name="J’ai lu")).to_be_focused()
    expect(counted).to_have_text("2 lues sur 3")
    expect(follower).to_have_text("2 lues sur 3")  # in the other tab too

    facilitator.command(type="edit_card", card=first, version=1, body="<p>Autrement.</p>")
    expect(counted).to_have_text("1 lue sur 3")
    expect(boris.card("Règle A").get_by_role("img", name="À lire")).to_be_visible()

    facilitator.open_card("Règle A")
    facilitator.panel.get_by_role("button", name="Autres actions sur cette info").click()
    facilitator.page.get_by_role("menuitem", name="Demander la lecture…").click()
    facilitator.page.get_by_role("button", name="Demander", exact=True).click()
    expect(boris.card("Règle A")).to_contain_text("Lecture demandée")
    expect(facilitator.panel).to_contain_text("Lecture demandée")
    facilitator.panel.get_by_role("link", name=re.compile("0 lue sur")).click()
    expect(facilitator.page.get_by_role("region", name="Règle A").get_by_text("Médiathèque").first).to_be_visible()
    facilitator.command(type="archive_column", column=facilitator.board()["columns"][0]["id"])


def test_a_rule_that_changed_while_one_was_away_is_shown_anew(seat: SeatSomebody) -> None:
    facilitator, boris = seat(FACILITATOR, path=None), seat(COLLEAGUE)
    (rule,) = new_guide_column(facilitator, "Au téléphone", ["Règle D"])
    boris.forgive()
    boris.open_card("Règle D")
    boris.page.evaluate(
        "() => document.querySelector('.mark-read-form [name=version]').setAttribute('value', '7')"
    )  # what a tab that slept would send
    boris.panel.get_by_role("button", name="J’ai lu").click()
    expect(boris.toasts.last).to_contain_text("modifiée pendant votre lecture")
    expect(boris.panel.locator(".mark-read-form [name=version]")).to_have_attribute("value", "1")
    boris.panel.get_by_role("button", name="J’ai lu").click()
    expect(boris.column("Au téléphone").locator(".read-progress")).to_have_text("Tout est lu")
    facilitator.command(type="archive_card", card=rule)
    expect(boris.column("Au téléphone").locator(".read-progress")).to_have_text("")
    facilitator.command(type="archive_column", column=facilitator.board()["columns"][0]["id"])


def test_without_script_a_rule_is_read_too(seat: SeatSomebody) -> None:
    facilitator = seat(FACILITATOR, path=None)
    (rule,) = new_guide_column(facilitator, "Sans script", ["Règle E"])
    plain = seat(READER, path=None, java_script_enabled=False)
    plain.page.goto(f"{plain.server.url}/cards/{rule}")
    plain.page.get_by_role("button", name="J’ai lu").click()
    expect(plain.page.get_by_role("button", name="J’ai lu")).to_have_attribute("aria-pressed", "true")
    expect(plain.column("Sans script").locator(".read-progress")).to_have_text("Tout est lu")
    facilitator.command(type="archive_column", column=facilitator.board()["columns"][0]["id"])


def test_the_guide_is_printed_without_what_surrounds_it(seat: SeatSomebody) -> None:
    desk = seat(READER)
    desk.page.get_by_role("button", name="Votre compte").click()
    desk.page.get_by_role("menuitem", name="Guide d’utilisation").click()
    expect(desk.page.get_by_role("heading", level=1)).to_contain_text("Guide d’utilisation")
    desk.page.evaluate("() => { window.print = () => { document.title = 'imprimé'; }; }")
    desk.page.get_by_role("button", name="Imprimer").click()
    expect(desk.page).to_have_title("imprimé")
    desk.page.emulate_media(media="print", color_scheme="dark")
    assert (
        desk.page.evaluate("() => getComputedStyle(document.documentElement).colorScheme") == "light"
    )  # paper is white
    for unwanted in (".topbar", ".skip", ".guide .btn"):
        expect(desk.page.locator(unwanted).first).to_be_hidden()
    expect(desk.page.get_by_role("heading", name="Raccourcis clavier")).to_be_visible()
    assert desk.page.locator(".rule").evaluate_all(
        "(rules) => rules.every((rule) => getComputedStyle(rule).breakInside === 'avoid')"
    )
    pdf = desk.page.pdf(prefer_css_page_size=True)
    assert {
        (round(float(w)), round(float(h))) for w, h in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    } == {(595, 842)}
