"""What every format must offer to the reader."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.geofiles.values import Chunk, Field


class Layer(Protocol):
    """One layer of one file, opened but not read.

    ``bounds`` (n, 4): x and y ranges of each feature in the file's own coordinates, NaN where there is none.
    ``crs_text``: WKT or ``EPSG:N`` as the file says, None where it says nothing; ``crs_is_missing`` is the
    finding for that.
    """

    name: str
    member: str
    geometry_type: str
    fields: list[Field]
    feature_count: int
    crs_text: str | None
    crs_is_missing: str
    bounds: NDArray[np.float64]

    def chunks(self, size: int) -> Iterator[Chunk]:
        """The features in the order of the file, at most ``size`` at a time."""
        ...
