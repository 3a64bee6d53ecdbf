"""How much of this machine a check may take; past it the check ends with a finding and nothing else happens."""

from dataclasses import dataclass

from core.geofiles import Limits
from core.geofiles.options import MEGABYTE


@dataclass(frozen=True)
class CheckLimits:
    """Memory (of the whole process), processor time, time on the clock, and the largest file it may write.

    The clock is for what sleeps: a busy machine may give a check a tenth of a processor.
    """

    memory_mb: int = 3072
    cpu_s: int = 240
    wall_s: int = 1800
    written_mb: int = 1024


def file_limits() -> Limits:
    """What an upload may unpack to: less than an import by the administrator, who sits at the machine."""
    return Limits(
        archive_bytes=256 * MEGABYTE,
        members=2_000,
        unpacked_bytes=1024 * MEGABYTE,
        geojson_bytes=128 * MEGABYTE,
        csv_bytes=128 * MEGABYTE,
    )


@dataclass(frozen=True)
class Tolerances:
    """How near is near enough, in metres and square metres of the city's grid.

    ``same_m``: shapes that differ by no more are the same. ``snap_m``: borders that nearly meet are made to meet.
    ``overlap_m2``: an overlap no larger is rounding. ``gap_m``: gaps narrower than this are slips, wider ones meant.
    """

    same_m: float = 0.01
    snap_m: float = 0.05
    overlap_m2: float = 0.02
    gap_m: float = 1.0
    sliver_m: float = 0.5

    @staticmethod
    def area_m2(area_m2: float) -> float:
        """How far a registered area may differ from the measured one: a third of its root, and half a thousandth."""
        return float(0.3 * area_m2**0.5 + 0.0005 * area_m2)


TOLERANCES = Tolerances()
CHECK = CheckLimits()
UPLOAD_BYTES = 64 * MEGABYTE
MOST_FEATURES = 200_000
FINDINGS_OF_A_CODE = 500
