"""Tiles of parcels: each one where it can be seen, blocks of one land use further out, a mosaic from afar."""

from typing import Any

from sqlalchemy import select, true

from layers.tiles.sources import AnyCell, AnySelect, Asked, TileLayer, TileSource, touches
from parcels.blocks import BLOCK_ZOOMS
from parcels.models import Parcel, ParcelBlock, ParcelMosaic
from parcels.mosaic import MOSAIC_ZOOMS

NUMBER_ZOOM = 16
"""Numbers are written from this zoom on; before it they would be most of the tile's bytes."""
SAFE_UNITS = 1.5
"""Rounding moves two corners towards each other by √2 units at most: more clearance than that and no shape breaks."""


def _rows(asked: Asked) -> AnySelect:
    cell = asked.cell
    if cell.z in MOSAIC_ZOOMS:
        return _mosaic(cell)
    if cell.z in BLOCK_ZOOMS:
        return _blocks(cell)
    return _parcels(cell)


def _parcels(cell: AnyCell) -> AnySelect:
    columns: list[Any] = [Parcel.id, Parcel.land_use]
    if cell.z >= NUMBER_ZOOM:
        columns.append(Parcel.number)
    plain = Parcel.clearance_m > SAFE_UNITS * cell.ground_unit_m
    return select(*columns, plain.label("plain"), Parcel.geom_3857.label("geom")).where(
        touches(Parcel.geom_3857, cell), Parcel.valid_to.is_(None)
    )


def _blocks(cell: AnyCell) -> AnySelect:
    # Blocks and mosaic are stored on the grid of the zooms that show them: rounding leaves them as they are.
    return select(ParcelBlock.land_use, true().label("plain"), ParcelBlock.geom_3857.label("geom")).where(
        touches(ParcelBlock.geom_3857, cell)
    )


def _mosaic(cell: AnyCell) -> AnySelect:
    return select(ParcelMosaic.land_use, true().label("plain"), ParcelMosaic.geom_3857.label("geom")).where(
        touches(ParcelMosaic.geom_3857, cell), ParcelMosaic.zoom == cell.z
    )


SOURCE = TileSource(
    "parcels",
    (
        TileLayer(
            "parcels",
            _rows,
            {"land_use": "Land use", "number": f"Parcel number, from zoom {NUMBER_ZOOM}"},
            "Parcels from zoom 14; below it land use by blocks, then by cells of a mosaic",
        ),
    ),
)
