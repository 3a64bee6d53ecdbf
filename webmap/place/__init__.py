"""Everything at one place: the parcel, what may be built, what is planned, what is near."""
