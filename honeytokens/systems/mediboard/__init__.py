"""Mediboard, as its public code of 3 July 2015 lays it out and as the live schema of a site differs from it."""

from honeytokens.systems.mediboard.adapter import Mediboard

__all__ = ["Mediboard"]
