"""Limits of a connection, on a real server in the test's own process."""

from __future__ import annotations

import asyncio
import time

import pytest
from starlette.responses import PlainTextResponse

from callback_server import serving


def test_a_header_that_dribbles_in_does_not_hold_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_LONGEST_CONNECTION", 0.5)

    async def dribble() -> bytes:
        stop, ready = asyncio.Event(), asyncio.Event()
        listener = serving.bind("127.0.0.1", 0)
        serving_task = asyncio.create_task(serving.serve(PlainTextResponse("ok"), listener, stop, ready.set))
        await ready.wait()
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        writer.write(b"GET / HTTP/1.1\r\nX-Slow: ")
        end = time.monotonic() + 10
        while not reader.at_eof() and time.monotonic() < end:
            writer.write(b"x")
            await asyncio.sleep(0.05)
            if not reader.at_eof():
                reader.feed_data(b"")
        answer = await asyncio.wait_for(reader.read(), 1)
        writer.close()
        stop.set()
        await serving_task
        return answer

    assert asyncio.run(dribble()) == b""
