"""What layers tell the rooms above: that a layer came in, that zoning was annulled."""

from blinker import Signal

layer_imported = Signal(
    "Sent with session, layer (the Layer) and was_street (its base role before was street)."
)

zoning_annulled = Signal(
    "Sent in the annulment's own transaction with session, actor, reason and zone_ids (every recording of the versions "
    "that are no longer the law). Whoever acts on it answers with a sentence about it, or None."
)
