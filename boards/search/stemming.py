"""Snowball's French stemmer, without the thirty-five of other languages that its package would import, 3 MB of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec, module_from_spec

_PACKAGE = "snowballstemmer"


def _french_stemmer() -> Callable[[str], str]:
    known, spec = sys.modules.get(_PACKAGE), find_spec(_PACKAGE)
    if known is None and spec is not None:
        sys.modules[_PACKAGE] = module_from_spec(spec)  # it tells where its modules are; its own code is not run
    try:
        from snowballstemmer.french_stemmer import FrenchStemmer  # type: ignore[import-untyped]  # it brings no types
    finally:
        if known is None:
            del sys.modules[_PACKAGE]  # whoever imports it later gets it whole
    stem: Callable[[str], str] = FrenchStemmer().stemWord
    return stem


stem = _french_stemmer()
