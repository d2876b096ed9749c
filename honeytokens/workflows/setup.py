"""Telling the registry about establishments, hospital systems and pools."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from honeytokens import locales
from honeytokens.decoys import pools
from honeytokens.errors import PlanRefusedError
from honeytokens.model import Establishment, HospitalSystem, Pool, PoolKind
from honeytokens.systems import split_url
from honeytokens.workflows.connecting import open_system
from honeytokens.workflows.home import Home
from honeytokens.workflows.manifests import keep_manifests
from honeytokens.workflows.practitioners import has_luhn_digit

_FINESS_DIGITS = 9
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_PATTERN = re.compile(r"[0-9A-Za-z #+./-]{2,40}")
_RESERVED_DOMAINS = ("example.com", "example.net", "example.org", "test", "invalid", "localhost", "example")
_PUBLIC_MAIL = """
aol.com bbox.fr bluewin.ch btinternet.com comcast.net free.fr gmail.com gmx.com gmx.de gmx.fr googlemail.com
hotmail.be hotmail.co.uk hotmail.com hotmail.fr icloud.com laposte.net live.be live.com live.fr mac.com me.com
msn.com neuf.fr numericable.fr orange.fr outlook.be outlook.com outlook.fr proton.me protonmail.com pt.lu sfr.fr
skynet.be sky.com telenet.be tutanota.com verizon.net virginmedia.com voila.fr wanadoo.fr yahoo.co.uk yahoo.com
yahoo.fr ymail.com
"""
"""Domains at which anybody may have a mailbox: mail to a decoy would reach a stranger. Not a whole list."""
_PHONE_SIGNS = 9
"""The digits of the shortest number that is written with a trunk zero or a country code."""


@dataclass(frozen=True, slots=True)
class SystemSummary:
    """What was found when a system was added: how many patients it holds and which fields a decoy will have there."""

    patients: int
    fields: tuple[str, ...]


def add_establishment(home: Home, establishment: Establishment) -> None:
    """Remember a care site; raise ``PlanRefusedError`` when its FINESS number is wrong or its postcode is nowhere."""
    if not any(locales.get(code).is_place(establishment.postcode) for code in locales.codes()):
        raise PlanRefusedError(
            f"{establishment.postcode} is no postcode of any locale: {', '.join(locales.codes())}",
            "Give the postcode of the town that the site stands in, written as its country writes it",
        )
    if establishment.finess is not None and not _is_finess(establishment.finess):
        raise PlanRefusedError(
            f"{establishment.finess} is no FINESS number: nine digits, the last one a Luhn check digit",
            "Look it up in the FINESS register, or leave it out",
        )
    home.registry.add_establishment(establishment)


def add_system(
    home: Home,
    name: str,
    url: str,
    mapping: str,
    *,
    password_env: str | None,
    password: str | None,
    kind: str = "sql_database",
) -> SystemSummary:
    """Connect to a system, hold its mapping or settings against the live schema, and remember both.

    A password is sealed in the registry unless ``password_env`` names the variable that will hold it. Raises
    ``MappingError``, ``SystemUnreachableError`` or ``UnknownNameError``; nothing is remembered then.
    """
    bare, inside = split_url(url)
    stored = None if password_env else password or inside
    system = HospitalSystem(name, bare, mapping, stored, password_env, kind)
    summary = _summary(system)
    home.registry.add_system(system)
    return summary


def change_system(
    home: Home,
    name: str,
    *,
    url: str | None = None,
    mapping: str | None = None,
    password_env: str | None = None,
    password: str | None = None,
) -> SystemSummary:
    """Remember a system's new address, mapping or password; what is not given stays as it is.

    The decoys that were planted are found where they were written, whatever the new mapping says. Raises as
    :func:`add_system` does; nothing is changed then.
    """
    system = home.registry.system(name)
    if url is not None:
        bare, inside = split_url(url)
        system, password = replace(system, url=bare), password or inside
    if password_env or password:
        system = replace(system, password=None if password_env else password, password_env=password_env)
    if mapping is not None:
        system = replace(system, mapping=mapping)
    summary = _summary(system)
    home.registry.change_system(system)
    keep_manifests(home, [campaign for campaign in home.registry.campaigns() if campaign.system == name])
    return summary


def _summary(system: HospitalSystem) -> SystemSummary:
    """Connect to a system and hold its mapping against the live schema."""
    with open_system(system) as adapter:
        adapter.check()
        return SystemSummary(adapter.patient_count(), tuple(sorted(adapter.fields())))


def add_pool(home: Home, kind: PoolKind, value: str) -> Pool:
    """Remember a pool that the operator owns; raise ``PlanRefusedError`` when it cannot be one."""
    value = value.strip().lower() if kind in (PoolKind.MAIL, PoolKind.WEB) else value.strip()
    if kind in (PoolKind.MAIL, PoolKind.WEB):
        _refuse_domain(value)
    elif kind is PoolKind.PHONE and value.startswith(("0", "+")) and len(re.findall(r"[0-9#]", value)) < _PHONE_SIGNS:
        raise PlanRefusedError(f"{value} is too short for a telephone number", "Write all of it, like 06 39 98 ## ##")
    elif not _PATTERN.fullmatch(value):
        raise PlanRefusedError(f"{value!r} is no pattern of digits", "Write it like 06 39 98 ## ##")
    pool = Pool(kind, value, home.keyring.newest)
    pools.check(pool)
    home.registry.add_pool(pool)
    return pool


def _refuse_domain(domain: str) -> None:
    if not _DOMAIN.fullmatch(domain):
        raise PlanRefusedError(f"{domain!r} is no domain name", "Write it like mail.clinique-exemple.fr")
    if any(domain == reserved or domain.endswith(f".{reserved}") for reserved in _RESERVED_DOMAINS):
        raise PlanRefusedError(f"{domain} is reserved and nobody's", "Name a domain that you own")
    if domain in _PUBLIC_MAIL.split():
        raise PlanRefusedError(f"{domain} gives mailboxes to anybody", "Name a domain that you own")


def _is_finess(text: str) -> bool:
    """Return whether a text is nine characters of a FINESS number with its Luhn digit (2A and 2B read as 2)."""
    digits = re.sub(r"^2[AB]", "20", text.upper())
    return len(text) == _FINESS_DIGITS and has_luhn_digit(digits)
