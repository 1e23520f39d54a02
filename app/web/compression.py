"""How answers are compressed: what Flask-Compress does with most of them, and large pages by their size.

A board of a thousand cards is worth some milliseconds of a processor: each of its bytes travels to everybody every morning. Of one
of five thousand the same effort would keep everybody else waiting, and a seventh more bytes hardly matter to whoever has it come.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Mapping

import brotli
from flask import Flask, Response, request

from app.extensions import compress
from config import KIB

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LARGE = 1000 * KIB  # some 1,700 cards

_THOROUGHLY: Mapping[str, Callable[[bytes], bytes]] = {  # the first that the browser knows
    "br": lambda page: brotli.compress(page, quality=8),
    "zstd": lambda page: zstd.compress(page, 8),
    "gzip": lambda page: gzip.compress(page, 6),
}
_QUICKLY: Mapping[str, Callable[[bytes], bytes]] = {
    "zstd": lambda page: zstd.compress(page, 3),
    "br": lambda page: brotli.compress(page, quality=3),
    "gzip": lambda page: gzip.compress(page, 1),
}


def init_app(app: Flask) -> None:
    app.config.update(
        COMPRESS_ALGORITHM=["zstd", "br", "gzip"],
        COMPRESS_BR_LEVEL=5,
        COMPRESS_ZSTD_LEVEL=8,
        COMPRESS_MIN_SIZE=KIB,
        COMPRESS_MIMETYPES=["text/html", "application/json", "application/problem+json"],
    )
    compress.init_app(app)


def set_page(answer: Response, page: bytes) -> None:
    """Make this the answer's body, compressed as its size deserves. Flask-Compress leaves it as it is, and says that it varies."""
    ways = _THOROUGHLY if len(page) <= LARGE else _QUICKLY
    way = next((way for way in ways if request.accept_encodings[way]), None)
    if way is None:
        answer.set_data(page)
    else:
        answer.set_data(ways[way](page))
        answer.content_encoding = way
