"""A rectangle of paper laid over a rectangle of ground, and the way from the one to the other."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

_MM_PER_M = 1000.0


@dataclass(frozen=True)
class Frame:
    """``width_mm`` by ``height_mm`` of paper at 1:``scale``, its middle at ``x``, ``y`` of the city's grid (metres).

    On paper millimetres are counted from the upper left corner, downwards.
    """

    x: float
    y: float
    width_mm: float
    height_mm: float
    scale: float

    @property
    def mm_per_m(self) -> float:
        """How long a metre of ground is on this paper."""
        return _MM_PER_M / self.scale

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the ground, in metres of the city's grid."""
        half_width = self.width_mm / self.mm_per_m / 2
        half_height = self.height_mm / self.mm_per_m / 2
        return self.x - half_width, self.y - half_height, self.x + half_width, self.y + half_height

    def ground(self, margin_mm: float = 0.0) -> shapely.Polygon:
        """The rectangle of ground, wider by a margin of paper on every side."""
        west, south, east, north = self.bounds
        margin_m = margin_mm / self.mm_per_m
        return shapely.box(west - margin_m, south - margin_m, east + margin_m, north + margin_m)

    def paper(self) -> shapely.Polygon:
        """The rectangle of paper, in millimetres."""
        return shapely.box(0, 0, self.width_mm, self.height_mm)

    def on_paper(self, shapes: Any) -> Any:
        """Shapes of the ground (metres of the city's grid), one or an array, in millimetres of paper."""
        west, _south, _east, north = self.bounds

        def place(points: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack([points[:, 0] - west, north - points[:, 1]]) * self.mm_per_m

        return shapely.transform(shapes, place)


def frame_around(shape: Any, width_mm: float, height_mm: float, scales: tuple[int, ...]) -> Frame:
    """The frame about a shape (the city's grid) at the largest of ``scales`` (large to small) that holds it.

    A third of the paper is left free around it, so that it is seen where it lies; the smallest scale is taken when none
    holds it.
    """
    west, south, east, north = shapely.bounds(shape)
    x, y = (west + east) / 2, (south + north) / 2
    room = 2 / 3 / _MM_PER_M
    fitting = (
        scale
        for scale in scales
        if (east - west) <= width_mm * scale * room and (north - south) <= height_mm * scale * room
    )
    return Frame(float(x), float(y), width_mm, height_mm, next(fitting, scales[-1]))
