"""TLS sockets for clients that read in one thread and write in another."""

from __future__ import annotations

import ssl
from functools import cache
from select import select
from threading import RLock
from typing import Any


class _OneAtATime(ssl.SSLSocket):
    """Serialize access to one OpenSSL connection; older Pythons otherwise lose one message in a hundred.

    See https://github.com/python/cpython/pull/134724.
    """

    @property
    def _turn(self) -> RLock:
        return self.__dict__.setdefault("_turn_of_threads", RLock())  # type: ignore[no-any-return]

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        patience = self.gettimeout()
        while True:
            with self._turn:
                self.settimeout(0)
                try:
                    return super().recv(buflen, flags)
                except ssl.SSLWantReadError:
                    pass
                finally:
                    self.settimeout(patience)
            if not select([self], [], [], patience)[0]:
                raise TimeoutError

    def send(self, data: Any, flags: int = 0) -> int:
        with self._turn:
            return super().send(data, flags)


@cache
def trusting_only(certificate: str) -> ssl.SSLContext:
    """Return a context that trusts only the server with this certificate."""
    context = ssl.create_default_context(cafile=certificate)
    context.sslsocket_class = _OneAtATime
    return context
