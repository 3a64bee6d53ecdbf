"""The words of the map in the browser, and the names of the codes on it."""

from core.i18n import lazy_gettext as _

DOMAINS = {
    "traffic": _("Traffic"),
    "housing": _("Housing"),
    "land_use": _("Land use"),
    "recreation": _("Recreation"),
    "culture": _("Culture"),
    "economy": _("Economy"),
    "infrastructure": _("Infrastructure"),
}

ZONE_GROUPS = {
    "residential": _("Residential zones"),
    "commercial": _("Commercial zones"),
    "mixed": _("Mixed-use zones"),
    "industrial": _("Industrial zones"),
    "institutional": _("Institutional zones"),
    "recreation": _("Green and protected zones"),
    "transport": _("Transport zones"),
    "other": _("Other zones"),
}

BROWSER = {
    "map.empty": _("This city holds no parcels or layers yet."),
    "map.tiles_failed": _("Part of the map could not be fetched."),
    "map.retry": _("Try again"),
    "scale.metres": _("%(n)s m"),
    "scale.kilometres": _("%(n)s km"),
    "search.none": _("Nothing found for “%(query)s”. Try a street, a place or a parcel number."),
    "search.some": _("Results: %(n)s"),
    "search.failed": _("The search did not answer. Please try again."),
    "search.kind.parcel": _("Parcel"),
    "search.kind.address": _("Address"),
    "search.kind.street": _("Street"),
    "search.kind.facility": _("Place"),
    "search.kind.permit": _("Permit"),
    "search.kind.zone": _("Zone"),
    "place.loading": _("Reading the city's records …"),
    "place.failed": _("The city's records could not be read just now."),
    "place.offline": _("You are offline. The place will open when the connection is back."),
    "place.outside": _("There is nothing to tell about this spot."),
    "place.opened": _("Place opened: %(name)s"),
    "place.closed": _("Place closed"),
    "layer.on": _("%(name)s is shown"),
    "layer.off": _("%(name)s is hidden"),
    "layer.zoom": _("seen from closer"),
    "layer.unnamed": _("Layer without a name"),
    "theme.land_use": _("Land use"),
    "theme.zoning": _("Zoning"),
    "date.today": _("Today"),
    "date.on": _("Zoning on %(day)s"),
    "date.bad": _("There is no such day. Check the day, the month and the year."),
    "keep.middle_parcel": _("In the middle of the sheet: parcel %(number)s"),
    "keep.middle_map": _("In the middle of the sheet: the middle of the map"),
    "keep.this_parcel": _("Parcel %(number)s alone"),
    "keep.parcels": _("Parcels"),
    "keep.zoning": _("Zoning"),
    "keep.pictured": _("The picture is saved."),
    "keep.not_pictured": _("The picture could not be made. Please try again."),
    "keep.source": _("Source: the municipality's own records"),
    "locate.searching": _("Looking for where you are …"),
    "locate.found": _("You are here, within about %(n)s metres."),
    "locate.outside": _("You are outside this city, so the map stays where it is."),
    "locate.denied": _(
        "The browser was not allowed to tell where you are. Allow it in the address bar, or search."
    ),
    "locate.unavailable": _("Where you are could not be found just now. Search for an address instead."),
    "locate.timeout": _("Finding where you are took too long. Please try again."),
    "locate.insecure": _("The browser tells where you are only over a secure connection (https)."),
}
