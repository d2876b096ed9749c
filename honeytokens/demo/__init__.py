"""A leak replayed, from the planting to the verdict, for people who want to see it work before they trust it.

It plays the hospital, the thief and the buyer of stolen records; all that touches a decoy is done by the product
itself. It never opens a connection beyond this machine, and keeps nothing but the report.
"""

from honeytokens.demo.replay import Scale
from honeytokens.demo.seed import Seed
from honeytokens.demo.story import Outcome, run_demo

__all__ = ["Outcome", "Scale", "Seed", "run_demo"]
