"""What runs in the process apart: forks for each document, bounds the child, and has it parse."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import socket
from collections.abc import Iterator
from pathlib import Path

from honeytokens.scanning.crashes import forbid_core_dumps
from honeytokens.scanning.readers import READERS, Record
from honeytokens.scanning.readers.isolation import IsolatedReader
from honeytokens.scanning.readers.parser_server import DAMAGED, READY, Task

MEMORY_BYTES = 4 << 30
"""What the parser of one document may allocate. A workbook of a million rows and twenty columns takes half of it."""

_OPEN_FILES = 128
_TASK_BYTES = 1 << 16
_PIECE_SIGNS = 1 << 16
_OVERLAP_SIGNS = 256
_RECORD_SIGNS = 1 << 18


def serve(control: int) -> None:
    """Answer tasks until the other side is gone: fork, wait, and say how it ended."""
    readers = {type(reader).__name__: reader for reader in READERS.values() if isinstance(reader, IsolatedReader)}
    for reader in readers.values():
        for name in reader.libraries:
            importlib.import_module(name)
    with socket.socket(fileno=control) as other:
        while (received := _receive(other)) is not None:
            task, document, results = received
            child = os.fork()
            if child == 0:
                other.close()
                os._exit(_parse(readers[task.reader], task, document, results))
            os.close(document)
            os.close(results)
            _, status, usage = os.wait4(child, 0)
            ending = [os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime]
            other.sendall(json.dumps(ending).encode())


def _receive(other: socket.socket) -> tuple[Task, int, int] | None:
    data, descriptors, _, _ = socket.recv_fds(other, _TASK_BYTES, 2)
    while data == READY:
        other.sendall(READY)
        data, descriptors, _, _ = socket.recv_fds(other, _TASK_BYTES, 2)
    while data and not data.endswith(b"\n"):
        data += other.recv(_TASK_BYTES)
    return (Task(*json.loads(data)), *descriptors) if data else None  # type: ignore[return-value]


def _parse(reader: IsolatedReader, task: Task, document: int, results: int) -> int:
    """Write what a reader finds, one line of JSON each; return the exit status."""
    _limit(task.seconds)
    try:
        with os.fdopen(document, "rb") as file, os.fdopen(results, "wb") as out:
            file.seek(0)
            for found in reader.parse(file, task.passwords):
                for part in _pieces(found) if isinstance(found, Record) else (found._asdict(),):
                    out.write(json.dumps(part, ensure_ascii=False).encode(errors="replace") + b"\n")
    except BaseException:  # noqa: BLE001 - a Rust parser's panic is no Exception, and there is nobody to tell
        return DAMAGED
    return 0


def _limit(seconds: int) -> None:
    """Bound this process; where memory is short, it is the one to go."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    forbid_core_dumps()
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))


def _pieces(record: Record) -> Iterator[Record]:
    """Yield a record in parts of bounded size: an endless field in pieces that overlap, endless fields one by one."""
    if sum(map(len, record.fields)) + len(record.fields) <= _RECORD_SIGNS:
        yield record
        return
    fields, size = list[str](), 0
    for text in record.fields:
        for start in range(0, max(1, len(text) - _OVERLAP_SIGNS), _PIECE_SIGNS - _OVERLAP_SIGNS):
            piece = text[start : start + _PIECE_SIGNS]
            if size + len(piece) >= _RECORD_SIGNS:
                yield record._replace(fields=tuple(fields))
                fields, size = [], 0
            fields.append(piece)
            size += len(piece) + 1
    yield record._replace(fields=tuple(fields))
