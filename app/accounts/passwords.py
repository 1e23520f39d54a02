"""Hash passwords with argon2id, away from the event loop.

OWASP Password Storage Cheat Sheet: m = 19 MiB, t = 2, p = 1. With p = 1 the work releases the GIL
in gevent's thread pool.
"""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.web.thread_pool import run_in_thread

_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)

PASSWORD_MIN_CHARACTERS = 12
PASSWORD_MAX_CHARACTERS = 1000


def hash_password(password: str) -> str:
    """Hash a password in a thread."""
    return run_in_thread(lambda: _hasher.hash(password))


def verify_password(password_hash: str | None, password: str) -> bool:
    """Check a password in a thread; takes the same time when there is no account."""
    if len(password) > PASSWORD_MAX_CHARACTERS:
        return False
    return run_in_thread(lambda: _fits(password_hash or _dummy_hash(), password)) and password_hash is not None


def _fits(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError, UnicodeError):
        return False


@cache
def _dummy_hash() -> str:
    return _hasher.hash("a password that nobody has")
