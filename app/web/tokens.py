"""Hash random tokens."""

from __future__ import annotations

import hashlib


def token_hash(token: str) -> str:
    """Hash a token. Tokens are random, so a fast hash is as safe as a slow one."""
    return hashlib.sha256(token.encode()).hexdigest()
