"""``honeytokens scan``."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from honeytokens.cli.options import FILE, home_options, json_option, open_home
from honeytokens.cli.output import place, printable, progress, table
from honeytokens.errors import ScanError

if TYPE_CHECKING:
    from honeytokens.model import ScanResult, Verdict
    from honeytokens.scanning import MatchedLine

_FOUND, _UNREAD = 1, 4


@click.command("scan")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Of the verdict.")
@click.option(
    "--password-file",
    type=FILE,
    help="Passwords of encrypted archives, one on a line; each is tried where one is needed.",
)
@click.option(
    "--raw", is_flag=True, help="Read files as bytes, whatever their format: also finds rows deleted from databases."
)
@click.option("--ask-password", is_flag=True, help="Ask for a password of encrypted archives.")
@click.option(
    "--hash-salt",
    multiple=True,
    metavar="TEXT",
    help="Also look for values hashed with this salt before or behind them; may be repeated.",
)
@click.option("--baseline", type=FILE, help="Set aside what this baseline holds: only what is new counts.")
@click.option(
    "--write-baseline",
    type=FILE,
    help="Write a baseline of what was found, beside what --baseline holds; the same file is replaced.",
)
@click.option(
    "--evidence", type=FILE, help="Keep what the records of the hits say in this new file, sealed: see evidence --help."
)
@click.option(
    "--ignore", type=FILE, help="Set aside the decoys that rules in this TOML file ignore (docs/scanning.md)."
)
@json_option
@home_options
def command(
    paths: tuple[Path, ...],
    language: str,
    raw: bool,
    password_file: Path | None,
    ask_password: bool,
    hash_salt: tuple[str, ...],
    baseline: Path | None,
    write_baseline: Path | None,
    evidence: Path | None,
    ignore: Path | None,
    as_json: bool,
    **shared: Any,
) -> int:
    """Read a leak, on this machine alone: which decoys are in it, and what that proves.

    PATHS are files, folders, or - for standard input: tables, documents and dumps of databases, also in archives and in
    archives in archives. Nothing of real patients is kept, and nothing is unpacked to disk.

    Exit code 1 when decoys were found that are not set aside, 0 when all was read and none was, 4 when none was found
    but something could not be read. The JSON document is described by docs/scan.schema.json.

    \b
    Examples:
      honeytokens scan leak.csv
      honeytokens scan leak.7z --password-file passwords.txt
      curl -s https://leaks.example/leak.sql.zst | honeytokens scan -
      honeytokens scan leak.csv --write-baseline known   (later: scan again.zip --baseline known)
      honeytokens scan --json dumps/ > scan.json && honeytokens report scan.json -o report.html
    """
    from honeytokens.reports import render
    from honeytokens.scanning import Baseline
    from honeytokens.scanning.crashes import forbid_core_dumps
    from honeytokens.workflows import known_leaks
    from honeytokens.workflows.scan import scan

    passwords = _passwords(password_file, ask_password)
    if write_baseline and write_baseline.exists() and write_baseline != baseline:
        raise ScanError(f"{write_baseline} exists", "Name another file, or give it as --baseline too to replace it")
    if evidence and evidence.exists():
        raise ScanError(f"{evidence} exists", "Name another file")
    forbid_core_dumps()
    with open_home(**shared) as home:
        known = known_leaks.read_baseline(home, baseline) if baseline else Baseline()
        rules = known_leaks.read_rules(home, ignore) if ignore else None
        lines: list[MatchedLine] | None = [] if evidence else None
        with progress("Reading", _size(paths)) as on_progress:
            result, verdict = scan(
                home,
                paths,
                language=language,
                raw=raw,
                passwords=passwords,
                salts=tuple(salt.encode("utf-8", "surrogateescape") for salt in hash_salt if salt),
                rules=rules,
                baseline=known,
                lines=lines,
                on_progress=on_progress,
            )
        for rule in rules.expired if rules else ():
            click.echo(f"no longer ignored since {rule.expires}: {rule} ({printable(rule.reason)})", err=True)
        if as_json:
            click.echo(render("json", verdict, result))
        else:
            _print(result, verdict)
        # Written last: a disk that is full does not cost what was found.
        if write_baseline:
            known_leaks.write_baseline(home, write_baseline, known, result, force=write_baseline == baseline)
        if evidence:
            known_leaks.write_evidence(home, evidence, lines or [])
    if result.hits:
        return _FOUND
    return 0 if result.complete else _UNREAD


def _passwords(file: Path | None, ask: bool) -> list[str]:
    """Return the passwords that the operator gives."""
    from honeytokens.scanning import read_passwords

    if ask and not _has_terminal():
        raise ScanError("There is no terminal to ask for a password at", "Use --password-file")
    asked = [str(click.prompt("Password of the archives", hide_input=True, err=True))] if ask else []
    return [*asked, *(read_passwords(file) if file else ())]


def _has_terminal() -> bool:
    """Return whether a password can be asked for, whatever standard input is."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR))
    except OSError:
        return False
    return True


def _size(paths: tuple[Path, ...]) -> int:
    """Return about how many bytes there are to read."""
    total = 0
    for path in paths:
        files = path.rglob("*") if path.is_dir() else [path]
        total += sum(file.stat().st_size for file in files if file.is_file())
    return total


def _print(result: ScanResult, verdict: Verdict) -> None:
    click.secho(verdict.sentence, bold=True)
    if verdict.establishments:
        rows = [
            [finding.establishment, finding.standing.value, str(finding.hits), str(finding.present), finding.reason]
            for finding in verdict.establishments
        ]
        table(["establishment", "standing", "hits", "decoys there", "why"], rows)
    if result.hits:
        rows = [
            [str(hit.decoy), hit.establishment, f"{hit.bits:.1f}", place(hit.evidence[0].location)]
            for hit in result.hits
        ]
        table(["decoy", "establishment", "bits", "first seen at"], rows)
    click.echo(
        f"{len(result.hits)} hits at {result.threshold_bits:.1f} bits or more, {len(result.leads)} leads too weak to"
        f" count, {len(result.set_aside)} set aside;"
        f" {result.stats.records} records, {result.stats.bytes} bytes in {result.stats.seconds:.1f} s."
    )
    for reason, count in Counter(aside.reason for aside in result.set_aside).items():
        click.echo(f"set aside: {count} ({printable(reason)})")
    for unread in result.unread:
        click.echo(f"not read: {place(unread.location)}: {unread.reason}", err=True)
