"""The worker's life: open the keyring, explain what the front hears, alert, and show it."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from callback_server.admin import Access, Panel, Provider
from callback_server.alerts import ALERT_CHANNELS, Delivery, Registered, Retries
from callback_server.application import admin_application
from callback_server.attributor import PrintAttributor
from callback_server.desk import HomeDesk
from callback_server.freezer import Freezer
from callback_server.processes import run_beside, say, start_logging, stop_on_signals, stop_with_parent
from callback_server.serving import serve, url_of
from callback_server.settings import Settings
from callback_server.spool import Spool
from callback_server.store import (
    SqliteAccounts,
    SqliteEvidence,
    SqliteIncidents,
    SqliteOutbox,
    SqliteReceivers,
    SqliteStore,
)
from callback_server.worker.classify import Classifier
from callback_server.worker.drain import Drain
from callback_server.worker.explain import Explainer
from callback_server.worker.heartbeat import Heartbeat
from callback_server.worker.hooks import Hooks
from callback_server.worker.keys import WorkerKeys
from callback_server.worker.known import read_known
from callback_server.worker.places import Places
from honeytokens.errors import HoneytokensError
from honeytokens.locks import Lock

_LOOK_EVERY = 0.1
_TROUBLE_PAUSE = 2.0
_FORGET_EVERY = 3_600.0
_LEASE_MARGIN = timedelta(seconds=30)

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Worker:
    """The parts that run beside each other in one worker."""

    drain: Drain
    delivery: Delivery
    panel: Panel
    read_known: Callable[[], PrintAttributor]
    reread_every: float
    draining: asyncio.Lock
    asked: asyncio.Event
    retention: timedelta
    evidence: SqliteEvidence
    heartbeat: Heartbeat | None

    async def explain(self) -> None:
        """Empty the spool into the store, for ever."""
        while True:
            try:
                async with self.draining:
                    busy = await asyncio.to_thread(self.drain.once)
            except sqlite3.Error as error:
                _log.error("sightings wait in the spool: %s; free its disk", error)
                self.panel.problems["sightings"] = "the spool or the store cannot be used"
                await asyncio.sleep(_TROUBLE_PAUSE)
                continue
            self.panel.problems.pop("sightings", None)
            self.panel.unopened = self.drain.unopened
            if not busy:
                await asyncio.sleep(_LOOK_EVERY)

    async def reread(self) -> None:
        """Learn which decoys are planted, from time to time and when asked; keep the last answer in trouble."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.asked.wait(), self.reread_every)
            self.asked.clear()
            try:
                attributor = await asyncio.to_thread(self.read_known)
                async with self.draining:
                    await asyncio.to_thread(self.drain.learn, attributor)
            except (HoneytokensError, sqlite3.Error) as error:
                _log.error("the planted decoys cannot be read again: %s", error)
                self.panel.problems["decoys"] = "the planted decoys cannot be read again"
            else:
                self.panel.problems.pop("decoys", None)

    async def forget(self) -> None:
        """Erase what is older than it is kept, from time to time."""
        while True:
            try:
                erased = await asyncio.to_thread(self.drain.store.erase, datetime.now(UTC) - self.retention)
                note = await asyncio.to_thread(self.evidence.checkpoint)
            except sqlite3.Error as error:
                _log.error("old sightings cannot be erased, nor the evidence log signed: %s; free its disk", error)
            else:
                if erased:
                    _log.info("%d sightings were erased: their time was over", erased)
                _log.info("checkpoint of the evidence log: %s", " ".join(note.split("\n")[:3]))
            await asyncio.sleep(_FORGET_EVERY)

    def parts(self) -> list[Coroutine[object, object, None]]:
        """Return everything that runs beside the page."""
        parts = [self.explain(), self.reread(), self.delivery.run(), self.forget()]
        return parts if self.heartbeat is None else [*parts, self.heartbeat.beat()]


def run_worker(settings: Settings, listener: socket.socket, lock: Lock, *, supervised: bool) -> None:
    """Explain, alert and show until SIGTERM or SIGINT; SIGHUP reads the planted decoys again.

    Raises ``HoneytokensError`` when it cannot start: wrong lock, no registry, unwritable files, half a webhook.
    """
    start_logging(settings.log_level)
    keys = WorkerKeys.open(settings.home, lock)
    configured = {name: kind.from_settings(settings) for name, kind in ALERT_CHANNELS.items()}
    channels = {name: channel for name, channel in configured.items() if channel is not None}
    path = settings.store_path
    with ExitStack() as stack:
        attributor = read_known(settings.home, lock, keys.prints)
        store = stack.enter_context(closing(SqliteStore(path, keys.box, keys.rows)))
        outbox = stack.enter_context(closing(SqliteOutbox(path)))
        accounts = stack.enter_context(closing(SqliteAccounts(path, keys.box, keys.rows)))
        evidence = stack.enter_context(closing(SqliteEvidence(path, keys.box, keys.signing[-1], keys.origin)))
        incidents = stack.enter_context(closing(SqliteIncidents(path, keys.box, keys.rows)))
        receivers = stack.enter_context(closing(SqliteReceivers(path, keys.box, keys.rows)))
        registered = Registered(receivers, store, channels, settings.alert_timeout)
        access = Access.load(settings, accounts)
        provider = None if settings.oidc is None else Provider.load(settings.oidc, accounts)
        keys.publish(settings.public_key_path)
        spool = stack.enter_context(closing(Spool(settings.spool_path)))
        places = stack.enter_context(closing(Places.load(settings.geo_files, settings.tor_file)))
        explainer = _explainer(settings, keys, store, places)
        drain = Drain(spool, keys.opener, store, PrintAttributor({}, keys.prints), explainer)
        desk = HomeDesk(settings.home, lock)
        panel = Panel(
            store,
            outbox,
            incidents,
            desk,
            registered,
            drain.hand_over,
            Freezer(desk, incidents, settings.freeze_sources),
            evidence,
        )
        heartbeat = _heartbeat(settings, keys, panel)
        tests = [heartbeat.watched] if heartbeat is not None else []
        drain.learn(attributor.knowing(tests))
        retries = Retries(settings.alert_attempts, settings.alert_first_delay, settings.alert_longest_delay)
        lease = timedelta(seconds=settings.alert_timeout) + _LEASE_MARGIN
        worker = _Worker(
            drain=drain,
            delivery=Delivery(outbox, store, registered, retries, lease),
            panel=panel,
            read_known=lambda: read_known(settings.home, lock, keys.prints).knowing(tests),
            reread_every=settings.reread_every,
            draining=asyncio.Lock(),
            asked=asyncio.Event(),
            retention=timedelta(days=settings.retention_days),
            evidence=evidence,
            heartbeat=heartbeat,
        )
        application = admin_application(panel, access, provider)
        running = _run(worker, application, access.where, listener, registered, supervised=supervised)
        asyncio.run(running)


def _explainer(settings: Settings, keys: WorkerKeys, store: SqliteStore, places: Places) -> Explainer:
    classifier = Classifier(
        settings.own_use,
        ZoneInfo(settings.time_zone),
        lambda attribution, before: store.first_seen(attribution.decoy, before),
        lambda attribution, since: store.seen_since(attribution.decoy, since),
    )
    hooks = Hooks.load(settings.hook_secret_files)
    return Explainer(hooks, keys.opener, settings.proxies, places, classifier, settings.bulk_rows)


def _heartbeat(settings: Settings, keys: WorkerKeys, panel: Panel) -> Heartbeat | None:
    if settings.heartbeat_url is None:
        return None
    return Heartbeat(str(settings.heartbeat_url), settings.heartbeat_seconds, keys.prints, panel.store, panel.problems)


async def _run(
    worker: _Worker,
    application: FastAPI,
    where: Path,
    listener: socket.socket,
    registered: Registered,
    *,
    supervised: bool,
) -> None:
    stop = stop_on_signals()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, worker.asked.set)
    address = url_of(listener)
    showing = serve(
        application,
        listener,
        stop,
        lambda: say(f"worker listening on {address} (admin token: {where})"),
    )
    others = worker.parts()
    if supervised:
        others.append(stop_with_parent(stop))
    try:
        await run_beside(showing, *others)
    finally:
        for channel in registered.channels.values():
            await channel.close()
