"""The watch's life: poll every source, seal what it tells, keep it, and hand it over until told to stop."""

from __future__ import annotations

import base64
import json
import logging
import signal
import sqlite3
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import httpx
import standardwebhooks

from callback_server.errors import ServiceError
from callback_server.processes import say, start_logging
from callback_server.reads import HOOK_TYPE, encode_reads
from callback_server.sealing import Sealer
from callback_server.settings import read_secret
from callback_server.watch.files import FileSource
from callback_server.watch.interface import Source
from callback_server.watch.outbox import Outbox
from callback_server.watch.settings import SourceSettings, WatchSettings
from callback_server.watch.syslog import SyslogSource
from honeytokens.audit_logs import FILE_LOGS, TABLE_LOGS
from honeytokens.model import ReadSighting

_READS_EACH = 1_000
_TIMEOUT = 10.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0

_log = logging.getLogger(__name__)


def run_watch(settings: WatchSettings, *, once: bool) -> None:
    """Watch until SIGTERM or SIGINT, or until everything that is there now was read and handed over with ``once``.

    Raises :class:`ServiceError` when it cannot start, and with ``once`` when something was not read or handed over.
    """
    start_logging("info")
    with ExitStack() as stack:
        outbox = stack.enter_context(closing(Outbox(settings.data_dir / "watch.sqlite3")))
        sources = [stack.enter_context(closing(_source(each, settings))) for each in settings.source]
        watch = Watch(outbox, _sealer(settings), sources, stack.enter_context(_poster(settings)))
        stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
        say(f"watching {len(sources)} logs")
        watch.run(stop, settings.poll_seconds, once=once)


@dataclass(slots=True)
class Poster:
    """Hands sealed reads to the callback service, signed as Standard Webhooks 1.0 has it."""

    client: httpx.Client
    url: str
    signer: standardwebhooks.Webhook = field(repr=False)

    def post(self, delivery: str, sealed: bytes) -> str | None:
        """Send one delivery; return ``None`` when it was taken, or else why not."""
        body = json.dumps({"type": HOOK_TYPE, "sealed": base64.b64encode(sealed).decode()}, separators=(",", ":"))
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": delivery,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self.signer.sign(delivery, now, body),
        }
        try:
            response = self.client.post(self.url, content=body, headers=headers)
        except httpx.HTTPError as error:
            return f"the callback service did not answer ({type(error).__name__})"
        return None if response.is_success else f"the callback service answered {response.status_code}"


@dataclass(slots=True)
class Watch:
    """The parts of one watch. Sources are polled in turn; a source in trouble holds up no other."""

    outbox: Outbox
    sealer: Sealer
    sources: Sequence[Source]
    poster: Poster
    _troubles: dict[str, str] = field(default_factory=dict)

    def run(self, stop: threading.Event, pause: float, *, once: bool = False) -> None:
        """Poll and hand over until ``stop`` is set; with ``once``, until nothing is left."""
        wait, next_try = _FIRST_PAUSE, 0.0
        while not stop.is_set():
            polled = [self.poll(source) for source in self.sources]
            more = any(polled)
            if time.monotonic() >= next_try:
                handed = self.hand_over()
                wait = _FIRST_PAUSE if handed else min(2 * wait, _LONGEST_PAUSE)
                next_try = 0.0 if handed else time.monotonic() + wait
            if once and not more:
                if self._troubles:
                    raise ServiceError(next(iter(self._troubles.values())), "Mend it, and run the watch again")
                return
            if not more:
                stop.wait(pause)

    def poll(self, source: Source) -> bool:
        """Read what a source has; return whether there may be more at once."""
        try:
            polled = source.poll(self.outbox.position(source.name))
            if polled is not None:
                sealed = [self.sealer.seal(encode_reads(group)) for group in _groups(polled.reads)]
                self.outbox.keep(source.name, polled.position, sealed)
        except (OSError, EOFError, sqlite3.Error, ServiceError) as error:
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            self._trouble(source.name, f"{source.name} cannot be read: {why}")
            return False
        self._well(source.name)
        return polled is not None and polled.more

    def hand_over(self) -> bool:
        """Hand over what waits, the oldest first; return whether all of it was taken."""
        try:
            while delivery := self.outbox.oldest():
                name, sealed = delivery
                if why := self.poster.post(name, sealed):
                    self._trouble("hook", f"{self.outbox.waiting()} deliveries wait: {why}")
                    return False
                self.outbox.drop(name)
        except sqlite3.Error as error:
            self._trouble("hook", f"what waits cannot be read: {type(error).__name__}")
            return False
        self._well("hook")
        return True

    def _trouble(self, what: str, line: str) -> None:
        """Say what is wrong when it begins; nothing of an entry is said."""
        if what not in self._troubles:
            _log.error("%s; it is tried again", line)
        self._troubles[what] = line

    def _well(self, what: str) -> None:
        if self._troubles.pop(what, None):
            _log.info("%s works again", what)


def _groups(reads: Sequence[ReadSighting]) -> Iterator[Sequence[ReadSighting]]:
    return (reads[start : start + _READS_EACH] for start in range(0, len(reads), _READS_EACH))


def _source(wanted: SourceSettings, settings: WatchSettings) -> Source:
    zone, from_start = ZoneInfo(wanted.zone or settings.zone), settings.start == "beginning"
    if wanted.database is not None:
        # Imported here: a watch of files needs no library of databases.
        from callback_server.watch.tables import TableSource  # noqa: PLC0415

        password = read_secret(wanted.password_file, "database password") if wanted.password_file else None
        log = TABLE_LOGS[wanted.log](settings.watched, zone)
        return TableSource(wanted.database, password, log, from_start=from_start)
    text_log = FILE_LOGS[wanted.log](settings.watched, zone)
    if wanted.file is not None:
        return FileSource(wanted.file, text_log, from_start=from_start)
    transport, _, place = str(wanted.syslog).partition("://")
    host, _, port = place.rpartition(":")
    try:
        return SyslogSource(transport, host, int(port), text_log)
    except (OSError, OverflowError) as error:
        raise ServiceError(
            f"{wanted.syslog} cannot be listened at: {error}", "Choose a free port of this machine"
        ) from error


def _sealer(settings: WatchSettings) -> Sealer:
    try:
        return Sealer.from_text(settings.worker_key.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise ServiceError(
            f"The worker's public key cannot be read from {settings.worker_key}",
            "Copy it there from front/worker.pub of the callback service",
        ) from error


@contextmanager
def _poster(settings: WatchSettings) -> Iterator[Poster]:
    secret = read_secret(settings.hook_secret_file, "hook secret")
    try:
        signer = standardwebhooks.Webhook(secret)
    except (ValueError, standardwebhooks.webhooks.EmptyWebhookSecretError) as error:
        raise ServiceError(
            "The hook secret is not base64", "Make one: echo whsec_$(openssl rand -base64 32)"
        ) from error
    # The system's certificate store, so that a hospital's own authority is trusted; no proxy of the environment.
    with httpx.Client(timeout=_TIMEOUT, trust_env=False, verify=ssl.create_default_context()) as client:
        yield Poster(client, str(settings.hook_url), signer)
