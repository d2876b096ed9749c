"""A few decoys with their stories, to be looked at before anything is planted."""

from __future__ import annotations

import secrets

from honeytokens.decoys import Maker
from honeytokens.formats import Batch, Origin
from honeytokens.keys import Keyring
from honeytokens.workflows.generate import GenerateRequest, demo_recipe
from honeytokens.workflows.home import Home


def preview_campaign(home: Home, campaign: str, count: int) -> tuple[Batch, Origin]:
    """Return the first decoys of a campaign, as they were planned."""
    planned = home.registry.campaign(campaign)
    site = home.registry.establishment(planned.establishment)
    origin = Origin(planned.recipe.locale, planned.recipe.as_of, site.name, site.finess)
    return _batch(home.maker(planned), planned.serials[:count]), origin


def preview_demo(request: GenerateRequest) -> tuple[Batch, Origin]:
    """Return decoys from ranges reserved for fiction, under a key that is thrown away."""
    maker = Maker.of(Keyring.generate(), "preview", secrets.token_hex(8), 1, demo_recipe(request))
    return _batch(maker, range(request.count)), Origin(request.locale, request.as_of)


def _batch(maker: Maker, serials: range | tuple[int, ...]) -> Batch:
    people = maker.identities(serials)
    return Batch(people, maker.stories(serials, people))
