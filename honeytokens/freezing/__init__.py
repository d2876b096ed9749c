"""Keeping what a leak left traces in before it is overwritten: logs, binary logs, session tables, with their hashes.

Sources are read only: nothing here changes a log or a database. What is kept holds people's names: treat it as
patients' data.
"""

from honeytokens.freezing.interface import Item
from honeytokens.freezing.settings import Sources, load_sources
from honeytokens.freezing.vault import Checked, Entry, Vault, check_vault

__all__ = ["Checked", "Entry", "Item", "Sources", "Vault", "check_vault", "load_sources"]
