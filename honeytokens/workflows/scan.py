"""Reading a leak, offline: which decoys are in it, and what that proves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from honeytokens import scanning
from honeytokens.attribution import Beside, SaltedExtract, judge
from honeytokens.decoys import RemadeDecoys, known_decoys
from honeytokens.errors import OutputError
from honeytokens.model import DecoyRef, Hit, Placement, Salt, ScanResult, Verdict
from honeytokens.scanning.ignoring import Rules
from honeytokens.workflows.forms import forms_of, known_exports
from honeytokens.workflows.home import Home
from honeytokens.workflows.salt import maker_of
from honeytokens.workflows.traits import traits_of

INDEX = "index.cache"
_VARIANTS = 2


def scan(
    home: Home,
    paths: Sequence[Path],
    *,
    language: str = "en",
    raw: bool = False,
    passwords: Sequence[str] = (),
    salts: tuple[bytes, ...] = (),
    rules: Rules | None = None,
    baseline: scanning.Baseline | None = None,
    lines: list[scanning.MatchedLine] | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> tuple[ScanResult, Verdict]:
    """Scan files and folders for every decoy ever planted, and judge what was found.

    ``raw`` reads files as bytes of no known format, also those in archives, for what their readers pass over.
    ``passwords`` are tried on what is encrypted, and kept nowhere. ``-`` among the paths stands for standard input.
    ``salts`` are those that thieves may have hashed values with. Decoys that one of the ``rules`` ignores count
    nowhere; hits that the ``baseline`` knows are set aside, and judged.
    ``lines``, if given, are filled with what the records of the hits say.
    ``on_progress`` is given bytes as they are read. Nothing is kept of the files but what matched decoys; no hospital
    system is asked and nothing is sent anywhere. What cannot be read, a path that is not there too, is in ``unread``.
    """
    result = find(home, paths, raw=raw, passwords=passwords, salts=salts, lines=lines, on_progress=on_progress)
    placements = home.registry.placements()
    if rules is not None:
        result = rules.set_aside(result)
        placements = [placement for placement in placements if rules.holding(placement.ref) is None]
    verdict = verdict_of(home, result, placements, beside_of(home, result, placements, paths), language)
    return result if baseline is None else baseline.set_aside(result), verdict


def find(
    home: Home,
    paths: Sequence[Path],
    *,
    raw: bool = False,
    passwords: Sequence[str] = (),
    salts: tuple[bytes, ...] = (),
    lines: list[scanning.MatchedLine] | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> ScanResult:
    """Scan as :func:`scan` does, and judge nothing."""
    wanted = known(home, _written(home))
    return scanning.scan(
        paths, wanted, index(home, wanted, salts), raw=raw, passwords=passwords, lines=lines, on_progress=on_progress
    )


def verdict_of(
    home: Home, result: ScanResult, placements: Sequence[Placement], beside: Beside, language: str
) -> Verdict:
    """Judge what was found, by all that the home knows."""
    patients = {campaign.establishment: campaign.host_patients for campaign in home.registry.campaigns()}
    return judge(result, placements, now=home.now(), host_patients=patients, language=language, beside=beside)


def beside_of(home: Home, result: ScanResult, placements: Sequence[Placement], paths: Sequence[Path]) -> Beside:
    """Return what the home knows beside a scan: sources, salted extracts, decoys' traits, forms of files."""
    return Beside(
        patients={(c.establishment, c.system): c.host_patients for c in home.registry.campaigns()},
        extracts=[salted_extract(home, planned) for planned in home.salts.all().values()],
        traits=traits_of(home, result.hits, placements),
        forms=forms_of(paths, known_exports(home.path)),
    )


def whois(home: Home, values: Sequence[str]) -> tuple[list[Hit], list[Hit]]:
    """Return the decoys to whom values, taken together as one record, belong: hits and leads.

    Decoys that are only planned are looked at where no planted one is a hit.
    """
    wanted = known(home, _written(home))
    hits, leads = scanning.match_values(values, wanted, index(home, wanted))
    planned = [placement for placement in home.registry.placements() if not placement.written]
    if hits or not planned:
        return hits, leads
    wanted = known(home, planned)
    found, weak = scanning.match_values(
        values, wanted, scanning.Index.build(wanted, home.keyring.subkey("fingerprints"))
    )
    return found, [*leads, *weak]


def _written(home: Home) -> list[Placement]:
    """Return what a scan looks for: the placements of which a row was ever written."""
    return [placement for placement in home.registry.placements() if placement.written]


def known(home: Home, placements: Sequence[Placement]) -> RemadeDecoys:
    """Return the decoys of some placements in all their versions, and the rows of salted extracts."""
    written: defaultdict[str, list[Placement]] = defaultdict(list)
    for placement in placements:
        written[placement.ref.campaign].append(placement)
    groups = []
    for campaign in home.registry.campaigns():
        own = written[campaign.name]
        versions = 1 + max(map(_last_version, own), default=0)
        serials = [placement.ref.serial for placement in own]
        groups.append((home.maker(campaign), campaign.establishment, serials, versions))
    groups += [
        (maker_of(home, planned), planned.campaign, list(planned.serials), _VARIANTS)
        for planned in home.salts.all().values()
    ]
    return known_decoys(groups)


def salted_extract(home: Home, planned: Salt) -> SaltedExtract:
    """Return whose copy of a salted extract holds what, as its key tells."""
    key = maker_of(home, planned).key
    from honeytokens.salting import chances, word_of  # loads readers and writers of tables

    words = [word_of(key, planned, each.number) for each in planned.recipients]
    return SaltedExtract(
        planned.name,
        tuple(each.name for each in planned.recipients),
        np.array(words, dtype=np.bool_).reshape(len(words), len(planned.shared)),
        chances(key, planned),
        tuple(DecoyRef(planned.campaign, serial) for serial in planned.shared),
        tuple(frozenset(DecoyRef(planned.campaign, s) for s in each.unique) for each in planned.recipients),
    )


def _last_version(placement: Placement) -> int:
    return max([placement.intended_version or 0, *(stamp.version for stamp in placement.stamps)])


def index(home: Home, wanted: RemadeDecoys, salts: tuple[bytes, ...] = ()) -> scanning.Index:
    """Return the index of what a scan looks for: the one that the home keeps, or a new one, which it then keeps.

    One with ``salts`` of hashes serves a single leak, and is not kept.
    """
    key = home.keyring.subkey("fingerprints")
    if salts:
        return scanning.Index.build(wanted, key, salts)
    kept = scanning.IndexFile(home.path / INDEX, home.keyring.subkey("index/seal"), wanted.digest(key))
    found = kept.read(key)
    if found is None:
        found = scanning.Index.build(wanted, key)
        with suppress(OutputError):  # a home that cannot be written to is scanned for all the same, only slower
            kept.write(found)
    return found
