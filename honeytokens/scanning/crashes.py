"""What a crash may leave behind: no image of the memory, in which records of real patients would be."""

from __future__ import annotations

import resource

_ONE_BYTE = 1
"""Not zero: that forbids files, but not the pipe to a collector (systemd-coredump, apport). See core(5), Linux."""


def forbid_core_dumps() -> None:
    """Keep this process, and those that it starts, from being written to disk when they crash."""
    allowed = resource.getrlimit(resource.RLIMIT_CORE)[1]
    limit = 0 if allowed == 0 else _ONE_BYTE
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
