"""Through whom: how well the reads of each account explain which decoys leaked, against chance and its usual work.

An account is never named here: it has a number. The likelihood of an account is that of a thief who took the leaked
decoys at random from those that the account had read by then; an account that reads everything explains any leak, and
its odds stay at one.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from honeytokens.attribution.chance import ERROR_FLOOR, log_choose
from honeytokens.model import AccountFinding, DecoyRef

_UNLOGGED = 0.05
"""The share of a thief's reads that logs may have missed: so one leaked decoy that was not read rules nobody out."""
_NOBODY = 0.5
"""The probability, before the reads are looked at, that the records went through no account that the logs know."""
_MOST_ODDS = 1e9


_LIKELY = 0.5
"""A decoy that was read with at least this probability counts as read."""


@dataclass(frozen=True, slots=True)
class DecoyRead:
    """That an account (or a workstation) read a decoy, at a time.

    ``chance`` is below 1 where a log tells only how many rows were read: the share of the table that these are.
    """

    account: str
    decoy: DecoyRef
    at: datetime
    chance: float = 1.0


@dataclass(frozen=True, slots=True)
class Ranking:
    """The findings, best first, and which account each number stands for: to be sealed at once."""

    findings: tuple[AccountFinding, ...]
    names: Mapping[int, str]
    nobody: float
    """The probability that none of the accounts explains the leak."""


def rank(
    leaked: frozenset[DecoyRef], present: frozenset[DecoyRef], reads: Sequence[DecoyRead], before: datetime | None
) -> Ranking:
    """Rank accounts by how well what they had read before a time explains which of the present decoys leaked.

    A decoy was read with probability q, 1 where the log names it. With R the sum of q over the D present decoys, the
    likelihood ratio against a random choice is (1 - u) q D / R + u for each leaked decoy, with u the share of reads
    that logs may miss. ``chance`` is the hypergeometric tail of the number of leaked decoys among those read (q of a
    half or more), times the number of accounts. ``usual`` is the share of the account's decoys read that leaked: a
    whole day's work of which little leaked speaks against it.
    """
    taken = leaked & present
    read: defaultdict[str, dict[DecoyRef, float]] = defaultdict(dict)
    for one in reads:
        if one.decoy in present and (before is None or one.at < before):
            own = read[one.account]
            own[one.decoy] = 1 - (1 - own.get(one.decoy, 0.0)) * (1 - one.chance)
    logs = {account: _log_ratio(taken, own, len(present)) for account, own in read.items()}
    prior = math.log((1 - _NOBODY) / max(1, len(logs)))
    weights = {account: prior + ratio for account, ratio in logs.items()}
    top = max([math.log(_NOBODY), *weights.values()])
    total = math.exp(math.log(_NOBODY) - top) + sum(math.exp(weight - top) for weight in weights.values())
    ranked = sorted(logs, key=lambda account: (-logs[account], account))
    findings = tuple(
        _finding(number, taken, read[account], len(present), len(logs), logs[account], weights[account] - top, total)
        for number, account in enumerate(ranked, start=1)
    )
    names = dict(enumerate(ranked, start=1))
    alike = _alike(findings)
    return Ranking(
        tuple(_with_alternatives(each, alike) for each in findings), names, math.exp(math.log(_NOBODY) - top) / total
    )


def _finding(
    number: int, taken: frozenset[DecoyRef], read: Mapping[DecoyRef, float], present: int, accounts: int, ratio: float,
    weight: float, total: float,
) -> AccountFinding:  # fmt: skip
    own = {decoy for decoy, chance in read.items() if chance >= _LIKELY}
    found = len(taken & own)
    chance = _tail(found, len(taken), len(own), present)
    return AccountFinding(
        number,
        found,
        len(taken),
        len(own),
        sum(read.get(decoy, 0.0) for decoy in taken) / sum(read.values()),
        min(_MOST_ODDS, math.exp(min(ratio, math.log(_MOST_ODDS)))),
        math.exp(weight) / total,
        min(1.0, max(ERROR_FLOOR, chance * accounts)),
        (),
    )


def _log_ratio(taken: frozenset[DecoyRef], read: Mapping[DecoyRef, float], present: int) -> float:
    weight = (1 - _UNLOGGED) * present / sum(read.values())
    return sum(math.log(weight * read.get(decoy, 0.0) + _UNLOGGED) for decoy in taken)


def _tail(found: int, taken: int, own: int, present: int) -> float:
    """Return how likely ``taken`` random ones of ``present`` hold at least ``found`` of ``own`` (hypergeometric)."""
    whole = log_choose(present, taken)
    most, least = min(taken, own), max(found, taken + own - present)
    return math.fsum(
        math.exp(log_choose(own, k) + log_choose(present - own, taken - k) - whole) for k in range(least, most + 1)
    )


def _alike(findings: Sequence[AccountFinding]) -> int:
    return sum(each.probability > 0.1 for each in findings)


def _with_alternatives(finding: AccountFinding, alike: int) -> AccountFinding:
    others = ["stolen_identity", "logs_incomplete"]
    if finding.usual < 0.5:
        others.insert(0, "usual_work")
    if alike > 1 and finding.probability > 0.1:
        others.insert(0, "another_account")
    return AccountFinding(
        finding.number,
        finding.leaked_read,
        finding.leaked,
        finding.read,
        finding.usual,
        finding.odds,
        finding.probability,
        finding.chance,
        tuple(others),
    )
