"""Hash random tokens."""

from __future__ import annotations

import hashlib


def token_hash(token: str) -> str:
    """Tokens are random, so a fast hash keeps them as safe as a slow one would."""
    return hashlib.sha256(token.encode()).hexdigest()
