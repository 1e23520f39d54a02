"""The large town: two workers, PostgreSQL and Redis, each its own; pages go to either worker and to the other when theirs is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.load import Crowd
from tests.faults.report import Report
from tests.faults.services import PostgreSQL, Redis, Worker
from tests.faults.town import Town, found_town, settings_of
from tests.server import Server, ServerFromNothing


@dataclass
class LargeTown:
    town: Town
    postgresql: PostgreSQL
    redis: Redis
    workers: list[Worker]
    crowd: Crowd

    async def verdict(self, report: Report) -> None:
        report.wrong += await self.crowd.verdict(self.postgresql.url)
        report.tell(self.crowd.history)


@asynccontextmanager
async def large_town(
    folder: Path, redis_url: str = "", servers: Sequence[Callable[..., Server]] = (ServerFromNothing, ServerFromNothing)
) -> AsyncIterator[LargeTown]:
    """`redis_url`: where workers find Redis, when not directly; `servers`: how each worker is made."""
    postgresql, redis = PostgreSQL(folder / "postgresql"), Redis(folder / "redis")
    workers: list[Worker] = []
    try:
        await asyncio.to_thread(postgresql.start)
        redis.start()
        town = await asyncio.to_thread(found_town, folder / "town", postgresql.url)
        for n, server in enumerate(servers):
            home = folder / f"worker-{n}"
            workers.append(
                await Worker(home, settings_of(home, postgresql.url, redis_url or redis.url), server).start()
            )
        gathered = await Crowd(town, [worker.url for worker in workers]).gather()
        yield LargeTown(town, postgresql, redis, workers, gathered)
    finally:
        for worker in workers:
            await worker.stop()
        redis.kill()
        await asyncio.to_thread(postgresql.stop)
