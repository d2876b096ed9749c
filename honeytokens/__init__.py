"""Decoy patients that tell a hospital when, where, how much and through whom its records were stolen.

The package's rooms are described in ``docs/architecture.md``. Importing it loads nothing else: each command and
each room is imported when it is asked for.
"""

__version__ = "0.1.0"
