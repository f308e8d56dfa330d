"""Documents that people write: reports, mappings and configuration, in YAML.

A document is described once, by an attrs class whose fields are made with ``setting``. From that
class come its JSON Schema (``schema``), and the reading of a file into an object, with every
fault named by file, line and column (``loading``).
"""

from __future__ import annotations

from coprometrics.documents.loading import (
    Document,
    DocumentError,
    DocumentProblem,
    load_document,
    structure,
)
from coprometrics.documents.schema import document_schema, setting
from coprometrics.documents.yaml import Place

__all__ = [
    "Document",
    "DocumentError",
    "DocumentProblem",
    "Place",
    "document_schema",
    "load_document",
    "setting",
    "structure",
]
