"""What an operator watches, in Prometheus form at /metrics."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """The counters of one process, in a registry of their own (tests make many)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turns = Counter(
            "xinshi_turns_total",
            "turns of talk by channel and how they ended",
            ["channel", "end"],
            registry=self.registry,
        )
        self.turn_seconds = Histogram(
            "xinshi_turn_seconds",
            "from arrival to answer",
            ["channel"],
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1, 4, 10),
            registry=self.registry,
        )
        self.refused_pushes = Counter(
            "xinshi_refused_pushes_total", "pushes refused before a turn", ["reason"], registry=self.registry
        )
        self.deliveries = Counter(
            "xinshi_deliveries_total", "outbox rows by how the attempt ended", ["end"], registry=self.registry
        )
        self.jobs = Counter("xinshi_jobs_total", "job runs", ["job", "end"], registry=self.registry)
        self.working = Gauge("xinshi_turns_working", "turns under way", registry=self.registry)

    def render(self) -> bytes:
        """The text exposition."""
        return generate_latest(self.registry)
