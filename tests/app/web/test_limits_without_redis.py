"""Rate limits live in Redis; without it each worker counts alone and refuses nobody for it."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest
import redis

from tests.server import free_port
from tests.visitor import Visitor

pytestmark = pytest.mark.usefixtures("town")

ALLOWED = 30  # wrong addresses of the residents' pages, a minute


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture
def environment(port: int) -> dict[str, str]:
    return {"REDIS_URL": f"redis://127.0.0.1:{port}/0"}


@pytest.fixture
def stop_redis(port: int) -> Iterator[Callable[[], None]]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    server = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--loglevel", "warning"],
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 10
    while not answers(port):
        assert time.monotonic() < deadline
        time.sleep(0.02)  # polling a condition: there is no event for "another process listens"

    def stop() -> None:
        server.kill()
        server.wait()

    yield stop
    stop()


def test_without_redis_nobody_is_turned_away_and_attempts_are_counted_all_the_same(
    visitor: Visitor, port: int, stop_redis: Callable[[], None]
) -> None:
    assert statuses(visitor, 2) == [404, 404]
    assert redis.Redis(port=port).dbsize()  # it was Redis that counted these
    stop_redis()
    assert statuses(visitor, ALLOWED + 1) == [404] * ALLOWED + [429]


def statuses(visitor: Visitor, count: int) -> list[int]:
    return [visitor.get("/p/no-such-page").status_code for _ in range(count)]


def answers(port: int) -> bool:
    try:
        return bool(redis.Redis(port=port).ping())
    except redis.RedisError:
        return False
