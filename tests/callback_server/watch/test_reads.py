"""The one form of reads between the watch and the worker."""

# ruff: noqa: E501 - each wrong part on one line

from __future__ import annotations

import json
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback_server.errors import UnreadableSightingError
from callback_server.reads import decode_reads, encode_reads
from honeytokens.model import ReadSighting

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
READS = st.builds(
    ReadSighting,
    account=TEXT,
    at=st.datetimes(timezones=st.just(UTC)),
    table=st.none() | TEXT,
    keys=st.lists(TEXT, max_size=3).map(tuple),
    rows=st.none() | st.integers(0, 10**12),
    workstation=st.none() | TEXT,
    source=TEXT,
)
WHOLE = ["u", "2026-11-23T12:00:00+00:00", "patients", ["1"], 1, None, "pgaudit"]


@given(st.lists(READS, max_size=3))
def test_what_was_encoded_comes_back(reads: list[ReadSighting]) -> None:
    assert decode_reads(encode_reads(reads)) == reads


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, None), (0, "\ud800"), (1, "yesterday"), (1, "2026-11-23T12:00:00"), (2, 5), (3, "1"), (3, [1]), (4, -1), (4, True), (4, "1"), (4, 10**13), (5, 5), (6, None)],
)  # fmt: skip
def test_anything_else_is_refused(place: int, value: object) -> None:
    read = [*WHOLE]
    read[place] = value
    with pytest.raises(UnreadableSightingError):
        decode_reads(json.dumps({"version": 1, "reads": [read]}).encode())


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[]", b"null", b'{"version": 1}', b'{"version": 2, "reads": []}', b'{"version": 1, "reads": [[]]}'],
)
def test_what_is_no_form_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableSightingError):
        decode_reads(content)
