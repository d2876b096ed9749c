"""``honeytokens generate``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from honeytokens.cli.options import home_options, open_home, policy_option
from honeytokens.cli.output import progress

if TYPE_CHECKING:
    from honeytokens.model import Policy


class _FormatName(click.ParamType[str]):
    """The name of a format. Help lists them, and only then are they loaded; a wrong one is refused where it is used."""

    name = "format"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002
        from honeytokens.formats import FORMATS

        return f"[{'|'.join(sorted(FORMATS))}]"


@click.command("generate")
@click.option("-n", "--count", type=click.IntRange(min=1), help="How many decoys.")
@click.option("--campaign", help="The decoys of this campaign, instead of -n.")
@click.option("--locale", default="fr_fr", show_default=True, help="Country whose names and places they have.")
@click.option("--near", help="Postcode around which they live. [default: the locale's largest town]")
@click.option("--establishment", help="A care site of the home: they live around it and see its practitioners.")
@policy_option
@click.option("--format", "format_name", type=_FormatName(), default="csv", show_default=True, help="What is written.")
@click.option("-o", "--output", default="-", show_default=True, help="File to write, or - for standard output.")
@click.option("--force", is_flag=True, help="Replace the output file if it exists.")
@click.option("--beacon", is_flag=True, help="Letters show each decoy's own web link, from your web pools.")
@click.option("--demo", is_flag=True, help="Use ranges reserved for fiction; no home and no key are needed.")
@home_options
def command(
    count: int | None,
    campaign: str | None,
    locale: str,
    near: str | None,
    establishment: str | None,
    policies: tuple[tuple[str, Policy], ...],
    format_name: str,
    output: str,
    force: bool,
    beacon: bool,
    demo: bool,
    **shared: Any,
) -> None:
    """Write decoys to a file, without planting them.

    A format of many files writes them into one ZIP archive.

    \b
    Examples:
      honeytokens generate -n 1000 --demo -o patients.csv
      honeytokens generate --campaign saint-anne-2026 --format ndjson
      honeytokens generate -n 40 --establishment saint-anne --format docx -o letters.zip
    """
    if (count is None) == (campaign is None):
        raise click.UsageError("Either say how many with -n, or name a --campaign, which has its own number.")
    if campaign and (demo or policies or near or establishment):
        raise click.UsageError("A campaign has its own key, place and policies: name it and the format alone.")
    if establishment and (demo or near):
        raise click.UsageError("An establishment has its own place and needs a home: leave --near and --demo out.")
    from honeytokens import formats, locales
    from honeytokens.model import Policy
    from honeytokens.workflows.generate import GenerateRequest, generate, generate_campaign, generate_demo

    if beacon and not formats.get(format_name).tells_letters:
        raise click.UsageError("--beacon is for letters: choose --format pdf or docx, or leave it out.")
    formats.get(format_name, count or 0)
    place = near or locales.get(locale).capital
    asked = {"web_link": Policy.OWNED} if beacon else {}
    request = GenerateRequest(count or 0, locale, place, datetime.now(UTC).date(), asked | dict(policies), beacon)
    if demo:
        with progress("Generating", count) as on_progress, _opened(output, force=force) as stream:
            generate_demo(request, format_name, stream, on_progress=on_progress)
        return
    with (
        open_home(**shared) as home,
        progress("Generating", count) as on_progress,
        _opened(output, force=force) as stream,
    ):
        if campaign:
            generate_campaign(home, campaign, format_name, stream, beacon=beacon, on_progress=on_progress)
        else:
            site = home.registry.establishment(establishment) if establishment else None
            request = replace(request, near=site.postcode) if site else request
            generate(home, request, format_name, stream, site=site, on_progress=on_progress)


@contextmanager
def _opened(output: str, *, force: bool) -> Iterator[IO[bytes]]:
    """Open the output: standard output, or a file that is whole under its name or not there."""
    from honeytokens.files import replacing

    if output == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with replacing(Path(output), force=force) as stream:
        yield stream
