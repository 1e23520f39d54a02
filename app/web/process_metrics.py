"""Collect this process’s memory, CPU and descriptors under Prometheus’s standard names.

The library’s own collector reads /proc/stat, which the systemd unit hides (ProcSubset=pid).
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

_STARTED = time.time()


class ProcessFigures(Collector):
    """Collect process figures from /proc/self."""

    def collect(self) -> Iterator[Metric]:
        """Yield the metric families."""
        yield GaugeMetricFamily("process_start_time_seconds", "When the process started, since 1970.", _STARTED)
        yield CounterMetricFamily("process_cpu_seconds", "Processor time spent.", time.process_time())
        yield GaugeMetricFamily(
            "process_max_fds", "Descriptors that may be open.", resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        )
        if (pages := _resident_pages()) is not None:
            yield GaugeMetricFamily("process_resident_memory_bytes", "Memory held.", pages * resource.getpagesize())
            yield GaugeMetricFamily("process_open_fds", "Descriptors open now.", len(os.listdir("/proc/self/fd")))


def _resident_pages() -> int | None:
    """Return the resident pages; None where the system has no /proc."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return None
