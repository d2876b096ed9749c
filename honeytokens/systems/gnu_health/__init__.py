"""GNU Health, through the API of its server.

No code of GNU Health or trytond is imported, shipped or started: what travels is the JSON that any client sends.
Nothing here knows of keys or of the registry.
"""

from honeytokens.systems.gnu_health.adapter import GnuHealth
from honeytokens.systems.gnu_health.inspection import answers, inspect

__all__ = ["GnuHealth", "answers", "inspect"]
