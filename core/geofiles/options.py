"""What a person may say about a file, and how much of this machine a file may ask for."""

from dataclasses import dataclass, field

MEGABYTE = 1024 * 1024

# (west, south, east, north) in degrees.
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Limits:
    """How much one file may take; past it the file is refused, whatever it claims to be."""

    archive_bytes: int = 2048 * MEGABYTE
    members: int = 10_000
    directory_bytes: int = 8 * MEGABYTE
    unpacked_bytes: int = 4096 * MEGABYTE
    # Real tables of blanks reach a ratio of 292; deflate cannot pass 1032, which is where bombs are. Small
    # members may have any ratio: they harm nobody.
    ratio: int = 500
    ratio_counts_from_bytes: int = 32 * MEGABYTE
    geojson_bytes: int = 256 * MEGABYTE
    csv_bytes: int = 512 * MEGABYTE


@dataclass(frozen=True)
class City:
    """Where the file is meant for: the system (EPSG code) it is read into, and the city's box when known."""

    srid: int
    box: Box | None = None


@dataclass(frozen=True)
class ReadOptions:
    """What the sender tells of a file beyond what it says itself; each is a command-line option of that name."""

    member: str | None = None
    encoding: str | None = None
    crs: int | None = None
    lon_field: str | None = None
    lat_field: str | None = None
    limits: Limits = field(default_factory=Limits)
