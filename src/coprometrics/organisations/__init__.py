"""Organisations as people write them: which names and identifiers mean the same body.

Names are brought to one form by rules that are data (``names``, ``rules``, ``words``), compared
(``comparing``), and pairs that may be one are proposed with a score and the reasons in words
(``proposals``). Only a person decides. What was decided is a document (``decisions``), which comes
into a store as any other source does (``importer``, ``applying``).
"""

from __future__ import annotations
