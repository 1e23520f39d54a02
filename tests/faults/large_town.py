"""Start a town with two workers, PostgreSQL and Redis; pages fail over between the workers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.load import Crowd
from tests.faults.report import Report
from tests.faults.services import PostgreSQL, Redis, Worker
from tests.faults.town import Town, create_town, settings_for
from tests.server import Server, ServerFromNothing


@dataclass
class LargeTown:
    town: Town
    postgresql: PostgreSQL
    redis: Redis
    workers: list[Worker]
    crowd: Crowd

    async def check_history(self, report: Report) -> None:
        report.failures += await self.crowd.check_history(self.postgresql.url)
        report.summarize(self.crowd.history)


@asynccontextmanager
async def large_town(
    folder: Path, redis_url: str = "", servers: Sequence[Callable[..., Server]] = (ServerFromNothing, ServerFromNothing)
) -> AsyncIterator[LargeTown]:
    """Start it with clients; `redis_url`: where workers connect to Redis; `servers`: worker classes."""
    postgresql, redis = PostgreSQL(folder / "postgresql"), Redis(folder / "redis")
    workers: list[Worker] = []
    try:
        await asyncio.to_thread(postgresql.start)
        redis.start()
        town = await asyncio.to_thread(create_town, folder / "town", postgresql.url)
        for n, server in enumerate(servers):
            home = folder / f"worker-{n}"
            workers.append(
                await Worker(home, settings_for(home, postgresql.url, redis_url or redis.url), server).start()
            )
        crowd = await Crowd(town, [worker.url for worker in workers]).connect()
        yield LargeTown(town, postgresql, redis, workers, crowd)
    finally:
        for worker in workers:
            await worker.stop()
        redis.kill()
        await asyncio.to_thread(postgresql.stop)
