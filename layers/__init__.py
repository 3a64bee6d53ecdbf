"""The map's layers: the city itself, the catalogue of layers, their coverage and features."""
