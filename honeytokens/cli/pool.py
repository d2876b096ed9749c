"""``honeytokens pool``."""

from __future__ import annotations

from typing import Any

import click

from honeytokens.cli.options import home_options, json_option, open_home
from honeytokens.cli.output import print_json, printable, table

_KINDS = ("mail", "phone", "web", "local_id")


@click.group("pool")
def command() -> None:
    """Mail and web domains, phone numbers and local identifiers that you own and decoys may use.

    Without a pool of a kind, decoys have no value of that kind: they never carry a third party's phone or e-mail.

    \b
    Example:
      honeytokens pool add mail courrier-sante.fr
    """


@command.command("add")
@click.argument("kind", type=click.Choice(_KINDS))
@click.argument("value")
@home_options
def add(kind: str, value: str, **shared: Any) -> None:
    """Remember a pool: a domain, or a pattern whose # stand for digits.

    \b
    Examples:
      honeytokens pool add mail courrier-sante.fr
      honeytokens pool add phone "06 39 98 ## ##"
      honeytokens pool add local_id "8001####"
    """
    from honeytokens.model import PoolKind
    from honeytokens.workflows.setup import add_pool

    with open_home(**shared) as home:
        pool = add_pool(home, PoolKind(kind), value)
    click.echo(f"Added {pool.kind} pool {pool.value}.")


@command.command("list")
@json_option
@home_options
def listing(as_json: bool, **shared: Any) -> None:
    """List the pools.

    \b
    Example:
      honeytokens pool list
    """
    with open_home(**shared) as home:
        found = [{"kind": pool.kind.value, "value": pool.value} for pool in home.registry.pools()]
    if as_json:
        print_json(found)
    else:
        table(["kind", "value"], [[pool["kind"], pool["value"]] for pool in found])


@command.command("check")
@json_option
@home_options
def check(as_json: bool, **shared: Any) -> int:
    """Look whether mail, visits and calls to owned domains and numbers would reach you. This uses the network.

    The DNS is asked, and web domains for their certificate: is it trusted, when does it end, which host names does it
    publish in certificate-transparency logs. What cannot be told from here is said, with how to tell.

    Exit code 3 when a pool has a problem, else 0.

    \b
    Example:
      honeytokens pool check
    """
    from honeytokens.workflows.pool_check import check_pool

    with open_home(**shared) as home:
        findings = [finding for pool in home.registry.pools() for finding in check_pool(pool)]
    if as_json:
        print_json(findings)
    else:
        for finding in findings:
            remedy = f" {finding.remedy}." if finding.remedy else ""
            said = printable(f"{finding.pool.kind} {finding.pool.value}: {finding.level}: {finding.says}.{remedy}")
            click.echo(said)
    return 3 if any(finding.level == "problem" for finding in findings) else 0
