"""What the map shows, as text: the list of a window, and the way from parcel to parcel."""
