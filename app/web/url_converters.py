"""Accept only ids in addresses that a database can store."""

from flask import Flask
from werkzeug.routing import IntegerConverter, Map


class IdConverter(IntegerConverter):
    """Match `<int:…>` up to the largest 64-bit id; a larger number is an unknown page (404)."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=2**63 - 1)


def init_app(app: Flask) -> None:
    """Use IdConverter for every `<int:…>`; call before routes are registered."""
    app.url_map.converters["int"] = IdConverter
