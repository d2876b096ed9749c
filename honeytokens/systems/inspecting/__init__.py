"""Reading a live schema: which system it is, where patients are, and a mapping that an operator can edit.

Reads the catalogue, and a sample of rows of the tables that look like patients; of a sample only shapes are kept (how
many values look like a date, which codes a column of few values has), never a value of a patient.
"""

from honeytokens.systems.inspecting.inspect import inspect
from honeytokens.systems.inspecting.model import Found, Inspection, Placed

__all__ = ["Found", "Inspection", "Placed", "inspect"]
