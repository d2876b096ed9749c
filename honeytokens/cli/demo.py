"""``honeytokens demo``."""

from __future__ import annotations

import shutil
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from honeytokens.cli.options import MOMENT, json_option
from honeytokens.cli.output import print_json, table, when

if TYPE_CHECKING:
    from honeytokens.demo import Outcome

_AGAINST_THE_TRUTH = 3


@click.command("demo")
@click.option("--seed", type=click.IntRange(min=0), help="Tell the story of this seed again. [default: a new one]")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path),
    default=".",
    help="Where to write demo-report.html. [default: here]",
)
@click.option("--keep", is_flag=True, help="Leave the temporary home, database and sample for you to look at.")
@click.option("--console", is_flag=True, help="Then show the console on the replayed leak, until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), default=8081, show_default=True, help="Of the console.")
@click.option("--as-of", hidden=True, type=MOMENT, help="The time to take for now: for replays and tests.")
@json_option
def command(
    seed: int | None, folder: Path, keep: bool, console: bool, port: int, as_of: datetime | None, as_json: bool
) -> int:
    """Replay a leak on this machine alone: plant decoys, steal records, read the leak, open a stolen link.

    A hospital group is invented and lived through, a thief takes two of its establishments, and the verdict of
    honeytokens scan, which cannot see the truth, is printed beside the truth. Exit code 3 when they disagree.

    \b
    Examples:
      honeytokens demo
      honeytokens demo --seed 20241120 --json
      honeytokens demo --console
    """
    from honeytokens.demo import Seed, run_demo

    # Stopped by either signal, the demo stops its children and removes what it made.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    chosen = Seed.fresh() if seed is None else Seed(seed)
    if not as_json:
        click.echo(f"{click.style('A leak, replayed', bold=True)}  (seed {chosen.number})")
    outcome = run_demo(chosen, now=as_of, folder=folder, keep=keep or console, on_step=_step)
    if as_json:
        from honeytokens.demo.document import document

        print_json(document(outcome))
    else:
        _print(outcome)
    if console:
        _show_console(outcome, port, keep=keep)
    return 0 if outcome.right else _AGAINST_THE_TRUTH


def _show_console(outcome: Outcome, port: int, *, keep: bool) -> None:
    """Show the console until Ctrl-C, and then remove what only it needed."""
    from honeytokens.demo.console import console

    try:
        with console(outcome, port) as shown:
            click.echo()
            click.echo(click.style("The console, on the replayed leak", bold=True))
            click.echo(f"  {shown.url}/incidents/{shown.incident}")
            click.echo("  sign in without a name, with this token:")
            click.echo(f"  {shown.token}")
            click.echo("  Ctrl-C ends it")
            signal.pause()
    except KeyboardInterrupt:
        click.echo()
    finally:
        if not keep and outcome.kept is not None:
            shutil.rmtree(outcome.kept, ignore_errors=True)


def _step(what: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{what} ...\r", nl=False, err=True)


def _print(outcome: Outcome) -> None:
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
    _before(outcome)
    _verdict(outcome)
    _beacon(outcome)
    _next(outcome)


def _wrapped(text: str, *, hanging: int) -> str:
    return click.wrap_text(text, 110, initial_indent="  ", subsequent_indent=" " * hanging)


def _heading(text: str) -> None:
    click.echo()
    click.secho(text, bold=True)


def _before(outcome: Outcome) -> None:
    planted, leak = outcome.planted, outcome.truth.leak
    _heading("Before the leak")
    click.echo(f"  {planted.host_patients:,} patients of five establishments in one database, all invented")
    click.echo(f"  {planted.decoys} decoys planted among them, {planted.new_streets:,} new streets given since")
    click.echo(f"  from {when(planted.first)} to {when(planted.last)}")
    _heading("The theft, which only this process knows")
    click.echo(f"  {leak.exported:,} patients exported, {len(leak.keys):,} rows of them published")
    click.echo(f"  columns: {', '.join(leak.columns)}")
    click.echo(f"  disguise: {leak.disguise}")


def _verdict(outcome: Outcome) -> None:
    from honeytokens.phrasing import PHRASINGS

    truth, verdict, window = outcome.truth, outcome.verdict, outcome.verdict.window
    odds = PHRASINGS["en"].odds
    _heading("The truth, and what honeytokens scan says of the sample without it")
    found = f"{len(outcome.found)} found, {len(outcome.missed)} missed, {len(outcome.wrong)} wrong"
    if outcome.leads:
        found += f"; {len(outcome.leads)} of the missed as leads"
    span = "not dated" if window is None else f"{when(window.earliest)} to {when(window.latest)}"
    rows = [
        ["decoys in the sample", str(len(truth.decoys)), found, _mark(_all_found(outcome))],
        ["time of the theft", when(truth.leak.at), span, _mark(outcome.time_right)],
    ]
    for finding in verdict.establishments:
        taken = "stolen" if finding.establishment in truth.establishments else "spared"
        sure = "" if finding.error is None else f"; error risk {odds(finding.error)}"
        says = f"{finding.standing.value}: {finding.hits} of {finding.present} decoys{sure}"
        mark = _mark(outcome.standing_right(finding.establishment, finding.standing))
        rows.append([finding.establishment, taken, says, mark])
    table(["", "truth", "verdict", ""], rows)
    bits = sorted(hit.bits for hit in outcome.result.hits)
    if bits:
        strength = f"{bits[0]:.0f} to {bits[-1]:.0f} bits (median {bits[len(bits) // 2]:.0f})"
        click.echo(f"  strength of the hits: {strength}; {outcome.result.threshold_bits:.0f} bits count as a hit")
    click.echo(_wrapped(verdict.sentence, hanging=2))


def _all_found(outcome: Outcome) -> bool | None:
    return False if outcome.wrong else (None if outcome.missed else True)


def _mark(right: bool | None) -> str:
    """Return how a comparison came out, in a word; ``None``: nothing wrong was said, but not all that is true."""
    if right is None:
        return "open"
    return click.style("right", fg="green") if right else click.style("WRONG", fg="red")


def _beacon(outcome: Outcome) -> None:
    opened = outcome.opened
    if opened is None:
        return
    hit, alert = opened.heard.hit, opened.heard.alert
    _heading("A stolen link is opened, and the callback service hears it")
    click.echo(f"  truth: the link of {opened.decoy}, {'in the sample' if opened.in_sample else 'in the whole export'}")
    click.echo(f"  hit:   {hit['decoy']} of {hit['establishment']}, over {hit['channel']} at {hit['at'][:19]}Z")
    if alert is None:
        click.echo("  alert: none came")
    else:
        text = alert.body["data"]["text"] if alert.signature_verified else "not signed by the service"
        click.echo(_wrapped(f"alert: {text}", hanging=9))
    signed = "" if alert is None or not alert.signature_verified else "; the alert's signature was verified"
    click.echo(f"  {_mark(opened.right)}{signed}")


def _next(outcome: Outcome) -> None:
    _heading("Report")
    click.echo(f"  {outcome.report}  ({outcome.seconds:.0f} s in all)")
    if outcome.kept is not None:
        click.echo(f"  kept in {outcome.kept}: home, hospital.db, leak/sample.csv, scan.json, passphrase")
    _heading("With your own database")
    click.echo("  honeytokens init")
    click.echo("  honeytokens establishment add NAME --code CODE --postcode POSTCODE")
    click.echo("  honeytokens system add his URL --mapping his.toml      (docs/mapping.md)")
    click.echo("  honeytokens plan NAME-1 --system his --establishment NAME -n 150 --over 90d --preview")
    click.echo("  honeytokens apply                                      (daily)")
    click.echo("  honeytokens scan LEAK                                  (when the day comes)")
