"""Alerts as their receivers get them: a real mail server, a real collector; and when people are not to be woken."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from callback_helpers import Receiver, Running, Site, wait_for

from callback_server.alerts import Alert, Chat, Email, Pace, Syslog
from callback_server.errors import DeliveryError
from callback_server.settings import load_settings
from callback_server.sighting import Sighting, split_group
from callback_server.spool import Spool

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ALERTS = [
    Alert(f"hit{number}", "autumn", site, "dns", AT + timedelta(minutes=number), 60.0, "abc123")
    for number, site in enumerate(["Hôpital Nord", "Sud = \\ 1"])
]


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Our own mail channel serves as a real mail server."""
    site = Site.make(tmp_path_factory.mktemp("mailbox"))
    assert site.call("init").returncode == 0
    with site.started("front", smtp_port=0) as running:
        yield running


def test_an_email_is_well_formed_and_names_no_decoy(mailbox: Running) -> None:
    flags = {"email_host": "127.0.0.1", "email_port": mailbox.port("smtp"), "email_tls": "none"}
    people = {"email_from": "Alerts <alerts@hopital.example>", "email_to": ["soc@example.org", "dpo@example.org"]}
    channel = Email.from_settings(load_settings(flags={**flags, **people}))
    assert channel is not None
    asyncio.run(channel.deliver(ALERTS))
    spool = Spool(mailbox.site.data / "front" / "spool.sqlite3")
    sealed = spool.take(0, 100)[-1][1]
    spool.close()
    taken = Sighting.decode(split_group(mailbox.site.keys().opener.open(sealed))[-1])
    assert [value for name, value in taken.headers if name == "recipient"] == people["email_to"]
    message = email.message_from_bytes(taken.body, policy=email.policy.default)
    assert message.defects == []
    for needed in ("From", "To", "Date", "Message-ID", "Subject", "MIME-Version"):
        assert message[needed], needed
    assert re.fullmatch(r"<[0-9a-f]{32}@hopital\.example>", str(message["Message-ID"]))
    assert message["Message-ID"] == channel.message(list(reversed(ALERTS)))["Message-ID"]
    assert max(map(len, taken.body.split(b"\r\n"))) <= 998
    assert "Hôpital Nord" in str(message["Subject"])
    assert "hit1" in str(message.get_content())


def test_a_mail_server_that_is_down_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    channel = Email("127.0.0.1", port, "none", "a@b", ("c@d",), 2.0, Pace())
    with pytest.raises(DeliveryError):
        asyncio.run(channel.deliver(ALERTS))


@pytest.mark.parametrize("form", ["cef", "json"])
def test_syslog_messages_over_tcp_and_udp(form: str) -> None:
    received = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def collect() -> None:
            connection, _ = server.accept()
            with connection:
                while chunk := connection.recv(4096):
                    received.extend(chunk)

        thread = threading.Thread(target=collect)
        thread.start()
        asyncio.run(Syslog("127.0.0.1", server.getsockname()[1], "tcp", form, 5.0).deliver(ALERTS))
        thread.join(5)
    rest, messages = bytes(received), []
    while rest:
        length, _, rest = rest.partition(b" ")
        messages.append(rest[: int(length)].decode())
        rest = rest[int(length) :]
    assert len(messages) == 2
    pattern = r"<33>1 2026-03-02T09:3\d:00\.000Z \S+ honeytokens - hit - (CEF:0\|honeytokens\||\{)"
    assert all(re.match(pattern, message) for message in messages)
    if form == "cef":
        assert r"cs1=Sud \= \\ 1 " in messages[1]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as collector:
        collector.bind(("127.0.0.1", 0))
        collector.settimeout(5)
        asyncio.run(Syslog("127.0.0.1", collector.getsockname()[1], "udp", form, 5.0).deliver(ALERTS[:1]))
        assert collector.recv(4096).startswith(b"<33>1 ")
    with pytest.raises(DeliveryError):
        asyncio.run(Syslog("127.0.0.1", 1, "tcp", form, 2.0).deliver(ALERTS))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries that apprise imports
def test_chat_goes_through_apprise(tmp_path: Path) -> None:
    pytest.importorskip("apprise")
    with Receiver.started() as receiver:
        url = tmp_path / "url"
        url.write_text(receiver.url.replace("http://", "json://"))
        channel = Chat.from_settings(load_settings(flags={"chat_url_files": [url]}))
        assert channel is not None
        asyncio.run(channel.deliver(ALERTS))
        assert b"Decoy patients were seen 2 times" in receiver.taken[0][1]
        receiver.status = 500
        with pytest.raises(DeliveryError):
            asyncio.run(channel.deliver(ALERTS))


@pytest.mark.parametrize(
    ("hour", "speaks"), [(12, True), (20, True), (21, False), (23, False), (3, False), (5, False), (6, True)]
)
def test_quiet_hours_are_local_and_may_span_midnight(hour: int, speaks: bool) -> None:
    pace = Pace(quiet_from=time(22), quiet_to=time(7), zone=ZoneInfo("Europe/Paris"))
    assert pace.speaks(datetime(2026, 1, 5, hour, tzinfo=UTC), None) == speaks


def test_a_digest_waits_for_its_time() -> None:
    pace = Pace(every=timedelta(minutes=1))
    assert pace.speaks(AT, None)
    assert not pace.speaks(AT + timedelta(seconds=59), AT)
    assert pace.speaks(AT + timedelta(seconds=60), AT)


def test_the_heartbeat_goes_the_whole_way_and_its_silence_is_told(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("whsec_" + "A" * 32)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    site = Site.make(tmp_path / "site")
    with (
        Receiver.started() as receiver,
        site.started(
            beacon_port=port,
            heartbeat_url=f"http://127.0.0.1:{port}",
            heartbeat_seconds=0.3,
            webhook_url=receiver.url,
            webhook_secret_file=secret,
        ) as running,
    ):
        wait_for(lambda: any(b"heartbeat.heard" in body for _, body in receiver.taken))
        headers = {"Authorization": f"Bearer {running.token}"}
        assert httpx.get(f"{running.admin}/api/incidents", headers=headers).json()["incidents"] == []
        assert httpx.get(f"{running.admin}/readyz").status_code == 200


def test_a_backup_is_taken_and_put_back_while_the_worker_runs(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    copy = tmp_path / "copy.sqlite3"
    with site.started() as running:
        running.fetch("/k7mq2xw9t4bz")
        running.await_hits(1)
        assert site.call("backup", str(copy)).returncode == 0
        assert "is there already" in site.call("backup", str(copy)).stderr
        running.fetch("/p3rd8vyh6ncs")
        running.await_hits(2)
        assert site.call("restore", str(copy)).returncode == 0
        assert len(running.api()["hits"]) == 1
        running.fetch("/p3rd8vyh6ncs")
        running.await_hits(2)
    copy.write_bytes(b"damaged" * 1_000)
    refused = site.call("restore", str(copy))
    assert (refused.returncode, refused.stderr.count("\n")) == (3, 1)
