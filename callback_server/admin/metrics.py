"""Counts for Prometheus. They name no decoy, no establishment and no address."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from callback_server.admin.overview import Panel


def metrics_text(panel: Panel) -> str:
    """Return the metrics of this moment, in Prometheus' text form."""
    registry = CollectorRegistry()
    hits, alerts = panel.store.counts(), panel.outbox.counts()
    stored = Gauge("callback_stored", "What is stored", ["what"], registry=registry)
    for what, count in (("hits", hits.hits), ("noise", hits.noise), ("unattributed", hits.unattributed)):
        stored.labels(what).set(count)
    owed = Gauge("callback_alerts", "Alerts by state", ["state"], registry=registry)
    for state, count in (("waiting", alerts.waiting), ("delivered", alerts.delivered), ("dead", alerts.dead)):
        owed.labels(state).set(count)
    Gauge("callback_unopened", "Sealed sightings that could not be opened", registry=registry).set(panel.unopened)
    problems = Gauge("callback_problem", "1 while the worker is not ready for this reason", ["what"], registry=registry)
    for what in dict(panel.problems):
        problems.labels(what).set(1)
    return generate_latest(registry).decode()
