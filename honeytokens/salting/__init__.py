"""Salting an extract: rows unique to a recipient, and rows whose variant is the recipient's codeword, mixed in.

A real row is never changed, moved against another or copied: what stood in the file stands in it still, in the same
order. What is added is in the extract's own columns, forms, order and proportions. This room knows no registry.
"""

from honeytokens.salting.codewords import chances, word_of
from honeytokens.salting.mixing import Form, Mixed, mix
from honeytokens.salting.serials import Chooser

__all__ = ["Chooser", "Form", "Mixed", "chances", "mix", "word_of"]
