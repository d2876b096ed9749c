"""Whose signature an incoming webhook carries; only the worker knows the secrets."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import standardwebhooks

from callback_server.candidates import VERIFIED
from callback_server.errors import ServiceError
from callback_server.settings import read_secret
from callback_server.sighting import Sighting, delivered_id

_TOLERANCE = timedelta(minutes=5)
"""Between the sender's clock and ours, as Standard Webhooks has it."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """The senders that the operator named, by the last part of their path."""

    signers: Mapping[str, standardwebhooks.Webhook] = field(repr=False)

    @classmethod
    def load(cls, files: Mapping[str, Path]) -> Hooks:
        """Read the senders' secrets; raise :class:`ServiceError` when one cannot be read or is none."""
        signers = {}
        for name, path in files.items():
            try:
                signers[name] = standardwebhooks.Webhook(read_secret(path, f"webhook secret of {name}"))
            except ValueError as error:
                raise ServiceError(
                    f"The webhook secret of {name} is not base64", "Make one: echo whsec_$(openssl rand -base64 32)"
                ) from error
        return cls(signers)

    def read(self, sighting: Sighting) -> Sighting:
        """Return the sighting as it is, or, when its signature holds, marked so and known by its delivery id.

        A message that is delivered twice then is stored once; one that is signed by nobody we know betrays nobody.
        """
        if sighting.channel != "hook":
            return sighting
        sender = sighting.path.rstrip("/").rpartition("/")[2]
        delivery = sighting.header("webhook-id")
        signer = self.signers.get(sender)
        if signer is None or not delivery or not sighting.body_complete or not _signed(signer, delivery, sighting):
            return sighting
        return replace(sighting, id=delivered_id(sender, delivery), headers=(*sighting.headers, (VERIFIED, sender)))


def _signed(signer: standardwebhooks.Webhook, delivery: str, sighting: Sighting) -> bool:
    stamp = sighting.header("webhook-timestamp") or ""
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        return False
    at = datetime.fromtimestamp(int(stamp), UTC)
    if abs(at - sighting.at) > _TOLERANCE:
        return False
    try:
        expected = signer.sign(delivery, at, sighting.body.decode())
    except UnicodeDecodeError:
        return False
    given = (sighting.header("webhook-signature") or "").split(" ")
    return any(hmac.compare_digest(expected.encode(), each.encode()) for each in given)
