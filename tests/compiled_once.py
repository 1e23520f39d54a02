"""Compile once for all tests what each test's application would compile anew."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cache
from typing import Any

from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule, rules
from whitenoise import WhiteNoise


class CompiledTemplates(BytecodeCache):
    """Keep the bytecode of templates in memory."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load a template compiled before."""
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template's bytecode."""
        self._compiled[bucket.key] = bucket.bytecode_to_string()


def compile_routes_once() -> None:
    """Share the two functions that Werkzeug compiles for each route; they hold nothing of the application."""
    compile_builder: Callable[[Rule, bool], Any] = Rule._compile_builder
    compiled: dict[Hashable, Any] = {}

    def compile_once(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = compile_once  # type: ignore[assignment, method-assign]  # only tests make so many applications that this matters
    rules.parse_converter_args = cache(rules.parse_converter_args)


def list_built_files_once() -> None:
    """Share WhiteNoise's list of built files with their headers; they do not change during tests."""
    list_files: Callable[[WhiteNoise, str, str], None] = WhiteNoise.update_files_dictionary
    listed: dict[tuple[str, str], dict[str, Any]] = {}

    def list_once(served: WhiteNoise, root: str, prefix: str) -> None:
        if (root, prefix) not in listed:
            list_files(served, root, prefix)
            listed[root, prefix] = dict(served.files)
        served.files.update(listed[root, prefix])

    WhiteNoise.update_files_dictionary = list_once


def compile_statements_once() -> None:
    """Share SQLAlchemy's compiled statements between engines of one kind.

    SQLAlchemy keeps them by dialect, and each engine makes itself one: here they share that of the first that
    connected.
    """
    shared: dict[tuple[str, str | None], tuple[Dialect, LRUCache[Any, Any]]] = {}

    def ask_nothing(connection: Connection) -> None:
        pass

    def share(_kind: type[Dialect], engine: Engine) -> None:
        kind = (
            engine.dialect.name,
            engine.dialect._on_connect_isolation_level,
        )  # which a dialect gives back to connections, too
        if kind in shared and hasattr(
            shared[kind][0], "default_isolation_level"
        ):  # one that never met a database knows nothing of it
            engine.dialect.initialize = ask_nothing  # type: ignore[method-assign]  # the shared one knows what the database is
        else:
            shared[kind] = engine.dialect, LRUCache(5000)
        engine.dialect, engine._compiled_cache = shared[kind]
        engine.pool._dialect = engine.dialect

    DefaultDialect.engine_created = classmethod(share)  # type: ignore[assignment]  # SQLAlchemy's hook for each new engine
