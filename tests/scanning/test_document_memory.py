"""Readers of documents hold a bounded number of MiB, whatever a file is like."""

from __future__ import annotations

import pytest
from reading_helpers import peak

MAIL = b"From: a@b\nTo: b@c\n"


@pytest.mark.parametrize(
    ("head", "unit", "reader"),
    [
        (b"<p><n>", b"word ", "xml"),
        (b"<p n='", b"word ", "xml"),
        (b"<p ", b"a_name=word ", "xml"),
        (b"<p><!--", b"word ", "xml"),
        (b"<p>", b"word ", "html"),
        (b'{"n":"', b"word ", "json"),
        (b'{"n":"', b'\\"', "json"),
        (b"MSH|^~\\&|a\rPID|", b"word ", "hl7"),
        (MAIL + b"\n", b"word ", "mail"),
        (MAIL + b"Subject: ", b"word ", "mail"),
        (MAIL + b"Content-Transfer-Encoding: base64\n\n", b"d29yZHdvcmQ=", "mail"),
    ],
)
def test_a_giant_value_takes_no_more_memory_than_a_large_one(head: bytes, unit: bytes, reader: str) -> None:
    large, giant = (peak(head, unit, size, reader) for size in (3 << 20, 6 << 20))
    assert giant < 1.1 * large + (1 << 16)
    assert giant < 16 << 20


@pytest.mark.parametrize(
    ("head", "unit", "reader"),
    [
        (b"<ps>", b"<p><n>a</n><m>b</m><d>c</d></p>", "xml"),
        (b"", b"<p>w", "xml"),
        (b"<p>", b"</q>", "xml"),
        (b"<table><tr>", b"<td>word", "html"),
        (b"", b"<table><tr><td>", "html"),
        (b"<script>", b"word;\n", "html"),
        (b"[\n", b'{"n":"a","m":"b","d":"c"},\n', "json"),
        (b"", b'{"n":\n', "json"),
        (b"MSH|^~\\&|a\r", b"OBX|1|a^b&c\r", "hl7"),
        (b"MSH|^~\\&|a\rPID|", b"a^b\r", "hl7"),
        (MAIL + b"Content-Type: message/rfc822\n\n", MAIL + b"Content-Type: message/rfc822\n\n", "mail"),
        (MAIL + b"\n", b"--b\nContent-Type: multipart/mixed; boundary=c\n\n", "mail"),
    ],
)
def test_many_values_take_no_more_memory_than_some(head: bytes, unit: bytes, reader: str) -> None:
    some, many = (peak(head, unit, size, reader) for size in (1 << 17, 3 << 17))
    assert many < 1.3 * some + (1 << 19)
