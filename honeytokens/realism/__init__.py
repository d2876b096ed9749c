"""Attacking decoys before they are planted: can they be told from the host's own patients, and by what.

Knows tables of texts and which rows are decoys; knows no key, no registry and no hospital system. ``attack`` and
``judging`` need scikit-learn (the extra ``realism``) and are imported only where it is there.
"""
