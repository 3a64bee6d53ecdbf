"""Reading geographic files that strangers made: whole, with every repair and loss listed, or refused in one line."""

from core.geofiles.findings import Finding, Report, Severity, SourceError
from core.geofiles.options import Limits, ReadOptions
from core.geofiles.reader import Source, open_source
from core.geofiles.values import Batch, Field

__all__ = [
    "Batch",
    "Field",
    "Finding",
    "Limits",
    "ReadOptions",
    "Report",
    "Severity",
    "Source",
    "SourceError",
    "open_source",
]
