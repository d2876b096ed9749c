"""Attachments are hashed as they go by, like a mail program would decode them; and what a front holds is bounded."""

from __future__ import annotations

import hashlib
from email.generator import BytesGenerator
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback_server.channels.attachments import AttachmentHashes
from callback_server.channels.budget import Budget


def hashed(raw: bytes) -> list[tuple[str, int, str]]:
    hashes = AttachmentHashes()
    for line in raw.splitlines(keepends=True):
        hashes.add(line)
    return [(each.name, each.size, each.sha256) for each in hashes.done()]


def expected(name: str, content: bytes) -> tuple[str, int, str]:
    return name, len(content), hashlib.sha256(content).hexdigest()


@given(
    contents=st.lists(st.binary(max_size=3_000), max_size=4),
    encoding=st.sampled_from(["base64", "quoted-printable"]),
    nested=st.booleans(),
)
def test_every_attachment_has_the_hash_of_its_content(contents: list[bytes], encoding: str, nested: bool) -> None:
    message = EmailMessage()
    message.set_content("hello\n")
    if nested:
        message.add_alternative("<p>hello</p>", subtype="html")
    for number, content in enumerate(contents):
        message.add_attachment(
            content, maintype="application", subtype="x-thing", filename=f"d{number}.bin", cte=encoding
        )
    written = BytesIO()
    BytesGenerator(written, policy=WIRE).flatten(message)
    assert hashed(written.getvalue()) == [expected(f"d{number}.bin", each) for number, each in enumerate(contents)]


def test_a_part_as_it_is_ends_before_its_boundary() -> None:
    raw = (
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\npreamble\r\n--b\r\n'
        b"Content-Type: text/csv\r\nContent-Disposition: attachment; filename*=utf-8''donn%C3%A9es.csv\r\n\r\n"
        b"nom;pr\xc3\xa9nom\r\nA;B\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n"
        b"Content-Disposition: attachment\r\n\r\nno name\r\n--c--\r\nepilogue\r\n--b--\r\nrest\r\n"
    )
    first, second = hashed(raw)
    assert first == expected("données.csv", b"nom;pr\xc3\xa9nom\r\nA;B\r\n")
    assert second == expected("", b"no name")


@given(
    raw=st.lists(
        st.sampled_from(
            [
                b"--b\r\n",
                b"--b--\r\n",
                b"--\r\n",
                b"\r\n",
                b"Content-Type: multipart/mixed; boundary=b\r\n",
                b"Content-Disposition: attachment; filename=x\r\n",
                b"Content-Transfer-Encoding: base64\r\n",
                b"AAAA\r\n",
                b"=\r\n",
                b"Content-Type: multipart/mixed; boundary*0=\xff; boundary*x=\r\n",
                b"\xff\xfe",
                b": \r\n",
                b"=?utf-8?b?x?=",
            ]
        )
    )
)
def test_no_message_breaks_it(raw: list[bytes]) -> None:
    hashed(b"".join(raw))


@given(raw=st.binary(max_size=400))
def test_no_bytes_break_it(raw: bytes) -> None:
    hashed(raw)


def test_bodies_share_a_budget_and_give_it_back() -> None:
    budget = Budget(10_000)
    with budget.keeping(8_000) as first:
        first.add(b"x" * 8_000)
        assert (first.complete, first.charged) == (True, 8_000 - 4_096)
        with budget.keeping(20_000) as second:
            second.add(b"y" * 15_000)
            assert (len(second.content), second.complete, second.squeezed) == (4_096 + 10_000 - 3_904, False, True)
            with budget.keeping(5_000) as third:  # a little is always kept
                third.add(b"z" * 5_000)
                assert (len(third.content), third.size, third.squeezed) == (4_096, 5_000, True)
    assert budget.take(20_000) == 10_000


@pytest.mark.parametrize(("sent", "kept"), [((3, 4), 5), ((6,), 5), ((5,), 5), ((), 0)])
def test_of_a_large_body_the_start_is_kept(sent: tuple[int, ...], kept: int) -> None:
    with Budget().keeping(5) as body:
        for size in sent:
            body.add(b"x" * size)
        body.add(b"")
        assert (len(body.content), body.size, body.complete) == (kept, sum(sent), sum(sent) <= 5)
        assert not body.squeezed
