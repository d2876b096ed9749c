"""The command that prints a key: real scripts that print, fail, hang and shout."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from honeytokens.errors import KeyringError
from honeytokens.key_command import output_of

SECRET = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def script(folder: Path, body: str) -> str:
    path = folder / "unseal"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(stat.S_IRWXU)
    return str(path)


def test_what_is_printed_is_returned(tmp_path: Path) -> None:
    assert output_of(script(tmp_path, f"echo {SECRET}")) == f"{SECRET}\n".encode()
    assert output_of(script(tmp_path, f"echo noise >&2; printf {SECRET}")) == SECRET.encode()


def test_arguments_are_split_as_by_a_shell_and_no_shell_runs(tmp_path: Path) -> None:
    show = script(tmp_path, 'for each; do echo "<$each>"; done')
    assert output_of(f"{show} 'two words' $HOME \"a;b\" `id` >x") == b"<two words>\n<$HOME>\n<a;b>\n<`id`>\n<>x>\n"
    assert not (tmp_path / "x").exists()


def test_it_has_no_input_and_no_terminal(tmp_path: Path) -> None:
    assert output_of(script(tmp_path, "cat; [ -t 0 ] || (: </dev/tty) 2>/dev/null || echo none")) == b"none\n"


FAILURES: dict[str, tuple[str, str]] = {
    "exit code": ("exit 7", r"unseal failed \(exit code 7\)\. Run it yourself"),
    "its own message": (
        "seq 5 >&2; echo 'AccessDenied: no right to decrypt' >&2; echo >&2; echo Aborting. >&2; exit 1",
        r"\(exit code 1\): 5; AccessDenied: no right to decrypt; Aborting\. Run",
    ),
    "a message of control characters": (r"printf 'a\033[31mb\007\n' >&2; exit 1", r": a\?\[31mb\?\. Run"),
    "a message that is no text": (r"printf '\377\376' >&2; exit 1", "exit code 1"),
    "a message without end": ("head -c 1000000 /dev/zero | tr '\\0' x >&2; exit 1", r": x{300}\. Run"),
    "killed": ("kill -9 $$", r"failed \(signal 9\)"),
    "too much": ("head -c 5000 /dev/zero", "prints far more than a key"),
    "without end": ("while :; do echo more; done", "prints far more than a key"),
}


@pytest.mark.parametrize(("body", "said"), FAILURES.values(), ids=FAILURES)
def test_a_command_that_fails_is_one_line(tmp_path: Path, body: str, said: str) -> None:
    with pytest.raises(KeyringError, match=said) as failed:
        output_of(script(tmp_path, f"echo {SECRET}; {body}"))
    assert "\n" not in str(failed.value)
    assert SECRET not in str(failed.value)


HANGS = {
    "asleep": "sleep 600",
    "deaf": "trap '' TERM INT; sleep 600",
    "with a child that holds its output": "sleep 600 & exit 0",
    "with its output closed": "exec >&- 2>&-; sleep 600",
    "shouting": "while :; do echo more >&2; done",
}


@pytest.mark.parametrize("body", HANGS.values(), ids=HANGS)
def test_a_command_that_hangs_is_stopped_with_what_it_started(tmp_path: Path, body: str) -> None:
    command = script(tmp_path, f"echo $$ >{tmp_path}/pid; echo {SECRET}; {body}")
    with pytest.raises(KeyringError, match=r"unseal was not done within 0\.5 s") as failed:
        output_of(command, seconds=0.5)
    assert SECRET not in str(failed.value)
    group = int((tmp_path / "pid").read_text())
    for _ in range(200):
        if not alive(group):
            return
        time.sleep(0.02)
    raise AssertionError("it still runs")


def alive(group: int) -> bool:
    """Return whether a process of a group is there, and no mere zombie that nobody has collected."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = status.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(its_group) == group and state != "Z":
            return True
    return False


def test_a_stopped_program_stops_its_command(tmp_path: Path) -> None:
    command = script(tmp_path, f"echo $$ >{tmp_path}/partial; mv {tmp_path}/partial {tmp_path}/pid; sleep 600")
    code = f"from honeytokens.key_command import output_of; output_of({command!r})"
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL) as process:
        while not (tmp_path / "pid").exists():
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        process.wait(20)
    group = int((tmp_path / "pid").read_text())
    for _ in range(200):
        if not alive(group):
            return
        time.sleep(0.02)
    raise AssertionError("it still runs")


WRONG = {
    "nothing": ("", "names no program"),
    "spaces": ("  ", "names no program"),
    "an empty word": ("''", "names no program"),
    "a null": ("cat a\0b", "names no program"),
    "an open quotation": ("cat 'key", "No closing quotation"),
    "no such program": ("/nowhere/unseal --now", r"unseal cannot be started: No such file"),
    "a folder": ("/etc", r"etc cannot be started: Permission denied"),
}


@pytest.mark.parametrize(("command", "said"), WRONG.values(), ids=WRONG)
def test_what_is_no_command_is_one_line(command: str, said: str) -> None:
    with pytest.raises(KeyringError, match=said):
        output_of(command)


def test_a_file_that_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(os.urandom(100))
    (tmp_path / "data").chmod(0o700)
    with pytest.raises(KeyringError, match="data cannot be started: Exec format error"):
        output_of(str(tmp_path / "data"))
