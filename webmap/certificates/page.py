"""How a certificate stands, in the words of the language spoken."""

from core.i18n import format_date
from core.i18n import gettext as _
from layers.words import isolated
from parcels.certificates.models import Certificate
from parcels.certificates.services import Standing, State, Why


def state_name(state: State) -> str:
    """The state in a word."""
    names = {State.VALID: _("Valid"), State.SUPERSEDED: _("Superseded"), State.REVOKED: _("Revoked")}
    return names[state]


def standing_told(certificate: Certificate, standing: Standing) -> str:
    """Whether the certificate still holds, and why not if it does not: a sentence or two."""
    if standing.state == State.REVOKED:
        assert standing.since is not None
        return _(
            "Revoked on %(day)s: the zoning that it relied on was annulled. Reason: %(reason)s",
            day=format_date(standing.since),
            reason=isolated(certificate.revoked_reason or ""),
        )
    if standing.why is not None:
        return _superseded(standing)
    if standing.is_of_the_past:
        day = format_date(certificate.day)
        return _(
            "Valid: this is what was the law on %(day)s. It speaks of that day only, not of today.", day=day
        )
    if standing.changes_on is not None:
        day = format_date(standing.changes_on)
        told = _("Valid until %(day)s: on that day a change of zoning takes effect here.", day=day)
    else:
        told = _("Valid: what this certificate states still holds.")
    if standing.is_plan_other:
        told += " " + _("What is planned here is no longer what it says: see the parcel's page.")
    return told


def _superseded(standing: Standing) -> str:
    since = "" if standing.since is None else format_date(standing.since)
    told = {
        Why.ZONING_CHANGED: _("Superseded: the zoning of this parcel changed on %(day)s.", day=since),
        Why.ZONING_CORRECTED: _("Superseded: the zoning of that day has since been recorded differently."),
        Why.OVERLAYS_CHANGED: _(
            "Superseded: what lies over the parcel, such as road widening or a flood area, has since been recorded "
            "differently."
        ),
        Why.PARCEL_CLOSED: _("Superseded: the parcel was closed on %(day)s.", day=since),
        Why.PARCEL_CHANGED: _("Superseded: the outline of the parcel has since been recorded differently."),
    }
    assert standing.why is not None
    return told[standing.why]
