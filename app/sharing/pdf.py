"""Draw a sheet as a PDF from its blocks of text, not from HTML."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import segno
from fpdf import FPDF

from app.sharing.handout import Desk, HandoutSheet, Paper
from app.sharing.pdf_fonts import fitted, font_files
from boards.text.blocks import Block, Form, blocks_of

_FAMILY, _FALLBACKS = "french", ["others", "latin-ext"]
_INK, _SOFT, _LINE = 30, 90, 180  # greys: a town hall's printer has no colours
_INDENT_MM = 5.0
_DEPTH_AT_MOST = 6  # deeper lists would leave no width
_QR_MM = 28.0


@dataclass(frozen=True)
class _Look:
    """Page layout in millimetres and points."""

    size: tuple[float, float]
    margin: float
    text: float
    title: float
    line: float  # line height, relative to the font size


_LOOKS = {
    Paper.A5: _Look((148, 210), 14, 10.5, 17, 1.4),
    Paper.A4: _Look((210, 297), 20, 12.5, 22, 1.45),
}
_MM_PER_POINT = 0.3528


def pdf_of(sheet: HandoutSheet, paper: Paper, words: dict[str, str]) -> bytes:
    """Draw the PDF. `words` has the French hours, page and scan. Slow: run it in a thread."""
    drawn = _Drawn(_LOOKS[paper], sheet, words)
    drawn.head()
    drawn.body(blocks_of(sheet.html))
    drawn.foot()
    return bytes(drawn.output())


class _Drawn(FPDF):
    def __init__(self, look: _Look, sheet: HandoutSheet, words: dict[str, str]) -> None:
        super().__init__(format=look.size)
        self.look, self.sheet, self.words = look, sheet, words
        for font in font_files():
            self.add_font(font.family, font.style, font.file)
        self.set_fallback_fonts(_FALLBACKS, exact_match=False)
        self.set_margins(look.margin, look.margin, look.margin)
        self.set_auto_page_break(True, margin=look.margin + 6)
        self.set_title(fitted(sheet.title))
        self.set_author(fitted(sheet.town.name))
        self.set_subject(fitted(sheet.holds))
        self.set_creator("Flash News")
        self.set_lang("fr")
        self.add_page()

    def footer(self) -> None:
        """Print the page number from the second page on."""
        if self.page_no() > 1:
            self.set_y(-self.look.margin - 2)
            self._letters(self.look.text * 0.8, grey=_SOFT)
            self.cell(0, 4, fitted(f"{self.words['page']} {self.page_no()}"), align="R")

    def head(self) -> None:
        """Print the town, the service, the title and the validity."""
        self._letters(self.look.text * 1.1, "B")
        self._lines(self.sheet.town.name)
        if self.sheet.service.name:
            self._letters(self.look.text, grey=_SOFT)
            self._lines(self.sheet.service.name)
        self._rule()
        self._letters(self.look.title, "B")
        self._lines(self.sheet.title, leading=1.2)
        self.ln(1.5)
        self._letters(self.look.text, "B")
        self._lines(self.sheet.holds)
        self.ln(3)

    def body(self, blocks: Iterable[Block]) -> None:
        """Print the blocks of the text."""
        before: Block | None = None
        for block in blocks:
            if before is not None:
                self.ln(0.8 if block.form is before.form is Form.ITEM else 2.6)
            self._block(block)
            before = block

    def foot(self) -> None:
        """Print the contacts and the QR code of the public page."""
        self._rule()
        if self.will_page_break(_QR_MM if self.sheet.address else 12):
            self.add_page()
        top, first = self.get_y(), self.page_no()
        if self.sheet.address:
            self._qr(self.sheet.address, self.w - self.look.margin - _QR_MM, top)
            self.set_right_margin(self.look.margin + _QR_MM + 5)
        for desk in (self.sheet.service, self.sheet.town):
            self._desk(desk)
        if self.sheet.address:
            self._letters(self.look.text * 0.85, grey=_SOFT)
            self._lines(self.words["scan"])
            self._letters(self.look.text * 0.85)
            self.write(self._height(), self.sheet.address, link=self.sheet.address)
            self.ln(self._height())
            if self.page_no() == first:
                self.set_y(max(self.get_y(), top + _QR_MM))

    def _desk(self, desk: Desk) -> None:
        if not desk:
            return
        size = self.look.text * 0.9
        self._letters(size, "B")
        self._lines(desk.name)
        self._letters(size)
        for words, text in (("", desk.address), ("", desk.contact), (self.words["hours"], desk.hours)):
            if text:
                self._lines(f"{words} {text}" if words else text)
        self.ln(1.5)

    def _block(self, block: Block) -> None:
        if block.form is Form.RULE:
            self._rule()
            return
        indent = _INDENT_MM * min(block.depth, _DEPTH_AT_MOST)
        self._letters(self.look.text * (1.1 if block.form is Form.HEADING else 1))
        height = self._height()
        self.set_left_margin(self.look.margin + indent)
        self.set_x(self.look.margin + indent)
        if block.marker:
            mark = fitted(block.marker) + " "
            self.set_x(max(self.look.margin, self.look.margin + indent - self.get_string_width(mark) - 1))
            self.cell(self.get_string_width(mark), height, mark)
            self.set_x(self.look.margin + indent)
        for run in block.runs:
            bold = "bold" in run.styles or block.form is Form.HEADING
            italic = "italic" in run.styles or block.quoted
            marks = (
                ("B" if bold else "")
                + ("I" if italic else "")
                + ("U" if "underlined" in run.styles or run.address else "")
            )
            self.set_font(_FAMILY, marks + ("S" if "struck" in run.styles else ""))
            self.write(height, fitted(run.text), link=run.address or "")
        self.set_left_margin(self.look.margin)
        self.ln(height)

    def _letters(self, size: float, style: str = "", *, grey: int = _INK) -> None:
        self.set_font(_FAMILY, style, size)
        self.set_text_color(grey)

    def _lines(self, text: str, leading: float | None = None) -> None:
        self.multi_cell(0, self._height(leading), fitted(text), align="L", new_x="LMARGIN", new_y="NEXT")

    def _height(self, leading: float | None = None) -> float:
        return self.font_size_pt * _MM_PER_POINT * (leading or self.look.line)

    def _rule(self) -> None:
        self.ln(2)
        self.set_draw_color(_LINE)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(3)

    def _qr(self, address: str, left: float, top: float) -> None:
        rows = [list(row) for row in segno.make_qr(address, error="m").matrix]
        step = _QR_MM / len(rows)
        self.set_fill_color(0)
        for y, row in enumerate(rows):
            for start, length in _dark_runs(row):
                self.rect(left + start * step, top + y * step, length * step, step, style="F")
        self.link(left, top, _QR_MM, _QR_MM, address)


def _dark_runs(row: list[int]) -> Iterable[tuple[int, int]]:
    """Yield start and length of adjacent dark modules; single rectangles leave hairlines between them."""
    start = None
    for x, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield start, x - start
            start = None
