"""What layers tell the rooms above: that a layer came in."""

from blinker import Signal

layer_imported = Signal(
    "Sent with session, layer (the Layer) and was_street (its base role before was street)."
)
