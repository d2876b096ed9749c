"""``honeytokens report``."""

from __future__ import annotations

from pathlib import Path

import click

from honeytokens.errors import ScanError


@click.command("report")
@click.argument("scan", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--format",
    "kind",
    type=click.Choice(["html", "markdown", "json", "stix", "siem", "regulator", "cert-sante", "complaint"]),
    default="html",
    show_default=True,
    help="What to write; the last three are drafts of filings, in the verdict's language.",
)
@click.option("-o", "--output", default="-", show_default=True, help="File to write, or - for standard output.")
@click.option("--force", is_flag=True, help="Replace the output file if it exists.")
def command(scan: Path, kind: str, output: str, force: bool) -> None:
    """Make a report from the document that scan or attribute --json printed. No home and no key are needed.

    \b
    Examples:
      honeytokens report scan.json -o report.html
      honeytokens report november.json --format regulator -o cnil.txt
    """
    from honeytokens.files import replacing
    from honeytokens.reports import load, render

    try:
        text = scan.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScanError(f"{scan} cannot be read: {error}", "Name the file that scan --json wrote") from error
    result, verdict = load(text)
    report = render(kind, verdict, result)
    if output == "-":
        click.echo(report)
        return
    with replacing(Path(output), force=force) as stream:
        stream.write(report.encode())
    click.echo(f"Wrote {output}.")
