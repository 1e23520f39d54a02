"""Define this process’s Prometheus metrics.

No label may hold a value that a client chooses freely, or memory would grow with each new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from app.web.process_metrics import ProcessFigures

REGISTRY = CollectorRegistry()
REGISTRY.register(ProcessFigures())

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.5, 1, 2, 5, 10)

CONNECTIONS = Gauge("flash_news_connections", "Live connections open now.", ["transport"], registry=REGISTRY)
CHANGES = Counter("flash_news_changes", "Changes committed by this process.", ["type"], registry=REGISTRY)
DELIVERY = Histogram(
    "flash_news_delivery_seconds",
    "From a change's commit until it was handed to the last connection that hears it.",
    buckets=_SECONDS,
    registry=REGISTRY,
)
CATCH_UPS = Counter("flash_news_catch_ups", "Clients that were given the changes they had missed.", registry=REGISTRY)
RESYNCS = Counter("flash_news_resyncs", "Clients that were told to fetch the whole board again.", registry=REGISTRY)
QUEUE_DEPTH = Histogram(
    "flash_news_queue_depth",
    "Messages that waited for the slowest client of a delivery when it was handed over.",
    buckets=(0, 1, 2, 5, 10, 20, 50, 100, 200, 500),
    registry=REGISTRY,
)
DROPPED_CLIENTS = Counter(
    "flash_news_dropped_clients", "Connections that the server closed by itself.", ["reason"], registry=REGISTRY
)
REFUSALS = Counter(
    "flash_news_refusals", "Requests and live events that were refused.", ["status", "code"], registry=REGISTRY
)
for _alarming in ((429, "too_many"), (500, "internal"), (503, "database_unavailable")):
    REFUSALS.labels(*_alarming)  # at nought from the start: Prometheus takes no first appearance for an increase
HTTP = Histogram(
    "flash_news_http_seconds",
    "Answers over HTTP and the time they took.",
    ["method", "endpoint", "status"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
EVENTS = Histogram(
    "flash_news_event_seconds",
    "Live events of clients and the time they took.",
    ["event"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
JOBS = Counter(
    "flash_news_jobs", "What happens by itself: jobs carried out by this process.", ["task", "went"], registry=REGISTRY
)


def count_refusal(problem: Mapping[str, Any]) -> None:
    """Count a problem document that was sent to a client."""
    REFUSALS.labels(problem["status"], problem["code"]).inc()
