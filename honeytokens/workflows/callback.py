"""What the callback service's worker needs to recognise a decoy's web link."""

from __future__ import annotations

from pathlib import Path

from honeytokens.locks import Lock
from honeytokens.model import DecoyRef, Field
from honeytokens.workflows.home import Home


def web_links(home: Path, lock: Lock) -> list[tuple[str, DecoyRef, str]]:
    """Return (link, decoy, establishment) of every decoy of which a row was ever written and that has a web link."""
    with Home.open(home, lock) as opened:
        found = []
        for campaign in opened.registry.campaigns():
            placements = opened.registry.placements(campaign.name)
            serials = [p.ref.serial for p in placements if p.written]
            if serials:
                links = opened.maker(campaign).identities(serials)[Field.WEB_LINK]
                found += [
                    (link, DecoyRef(campaign.name, serial), campaign.establishment)
                    for serial, link in zip(serials, links, strict=True)
                    if link is not None
                ]
        return found
