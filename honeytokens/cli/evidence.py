"""``honeytokens evidence``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from honeytokens.cli.options import FILE, home_options, json_option, open_home
from honeytokens.cli.output import place, print_json, printable


@click.group("evidence")
def command() -> None:
    """What proves an incident: records kept of a leak, and the callback service's log.

    \b
    Examples:
      honeytokens evidence open leak.evidence
      honeytokens evidence verify november.evidence --key evidence.pub
    """


@command.command("open")
@click.argument("file", type=FILE)
@json_option
@home_options
def open_command(file: Path, as_json: bool, **shared: Any) -> None:
    """Open what scan --evidence kept: of each decoy that was hit, up to ten records as they stood in the leak.

    A record may hold more than the decoy, such as whole rows in a text without line ends: treat it as patients' data.

    \b
    Example:
      honeytokens scan leak.csv --evidence leak.evidence
      honeytokens evidence open leak.evidence
    """
    from honeytokens.workflows.known_leaks import read_evidence

    with open_home(**shared) as home:
        lines = read_evidence(home, file)
    if as_json:
        print_json(
            [
                {"decoy": str(line.decoy), "location": line.location, "bits": line.bits, "texts": line.texts}
                for line in lines
            ]
        )
        return
    for line in lines:
        click.echo(f"{printable(str(line.decoy))}  {place(line.location)}  {line.bits:.1f} bits")
        click.echo(f"    {printable(' | '.join(line.texts))}")


@command.command("export", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def export(arguments: tuple[str, ...]) -> None:
    """Write the service's log as a bundle: the same as callback-server evidence export, with the same options.

    \b
    Example:
      honeytokens evidence export november.evidence --home ~/honeytokens
    """
    from honeytokens.cli.serve import replace_by_service

    replace_by_service("evidence", ("export", *arguments))


@command.command("verify")
@click.argument("file", type=FILE)
@click.option("--key", "key_file", type=FILE, required=True, help="The log's public key, kept elsewhere.")
@click.option("--since", "kept", type=FILE, multiple=True, help="A checkpoint that was kept elsewhere.")
@json_option
def verify(file: Path, key_file: Path, kept: tuple[Path, ...], as_json: bool) -> int:
    """Check a bundle of the service's log, on any machine, with nothing but its public key; no home is needed.

    Every entry that was changed, removed or moved is named. Exit code 0 when all is as it was logged, 1 when not.

    \b
    Example:
      honeytokens evidence verify november.evidence --key evidence.pub
    """
    from honeytokens.errors import EvidenceError
    from honeytokens.evidence import VerifierKey, check

    try:
        keys = [VerifierKey.parse(line) for line in key_file.read_text("utf-8").splitlines() if line.strip()]
        notes = [path.read_text("utf-8") for path in kept]
        with file.open(encoding="utf-8") as lines:
            found = check(lines, keys, notes)
    except (OSError, UnicodeDecodeError) as error:
        raise EvidenceError(f"A file cannot be read: {error}", "Name a bundle, a key and checkpoints") from error
    if as_json:
        print_json(found)
        return 1 if found.faults else 0
    for fault in found.faults:
        click.echo(fault)
    if found.faults:
        click.echo(f"Proven up to entry {found.proven}. Faults: {len(found.faults)}")
        return 1
    click.echo(
        f"{found.proven} entries are as they were logged, {found.contents} with their contents. "
        f"Erasures logged: {found.erased}"
    )
    return 0
