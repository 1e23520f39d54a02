"""Write CSV that spreadsheets open safely: no formulas, readable by French Excel."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from flask import Response, make_response

# The byte order mark tells Excel the encoding; a leading tab or carriage return would hide a formula behind it.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as CSV text with a byte order mark and semicolons."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerows([_harmless(str(cell)) for cell in row] for row in rows)
    return "\ufeff" + written.getvalue()


def csv_download(file_name: str, rows: Iterable[Iterable[object]]) -> Response:
    """Return rows as a CSV attachment."""
    response = make_response(csv_text(rows))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell
