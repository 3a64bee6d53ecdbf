"""Who is told what: the rooms' blueprints, commands, tile sources and domain events, joined in one place."""

import click
from flask import Blueprint

from accounts import cli as accounts_cli
from accounts.privacy import kinds as kept_kinds
from accounts.privacy import retention
from core.documents.services import register_use
from layers import cli as layers_cli
from layers.events import layer_imported, zoning_annulled
from layers.tiles import cli as tiles_cli
from layers.tiles import keeper, sources
from layers.tiles import views as tile_views
from layers.zoning import cli as zoning_cli
from layers.zoning import generalise as zones_from_afar
from layers.zoning import tiles as zoning_tiles
from layers.zoning import views as zoning_views
from layers.zoning.amendments import applying as _amendments  # noqa: F401  (its tasks)
from layers.zoning.amendments import views as _amendment_views  # noqa: F401  (adds its addresses to the blueprint)
from layers.zoning.amendments.queries import is_ordinance
from parcels import cli as parcels_cli
from parcels import freshness, streets
from parcels import tiles as parcel_tiles
from parcels.certificates import cli as certificates_cli
from parcels.certificates import services as certificates
from parcels.certificates.queries import is_certificate
from parcels.surveys import joining as surveys_told
from parcels.surveys.events import survey_reverting
from permits import cli as permits_cli
from permits import daily as _daily  # noqa: F401  (its task)
from permits import notices as _notices  # noqa: F401  (its task)
from permits import on_surveys
from permits import privacy as permit_privacy
from permits import tiles as permit_tiles
from permits.applying import views as applying_views
from permits.consulting import views as consulting_views
from permits.desk import views as desk_views
from permits.documents import joining as permit_documents
from permits.documents import views as document_views
from permits.documents.redacting import views as redacting_views
from permits.figures import views as figures_views
from permits.following import views as following_views
from permits.hearing import views as hearing_views
from permits.inspections import views as inspection_views
from permits.letters.services import is_letter
from permits.register import views as register_views
from permits.types import views as permit_type_views
from webmap.account import views as account_views
from webmap.calendar import views as calendar_views
from webmap.certificates import views as certificate_views
from webmap.cli import db_commands
from webmap.compare import views as compare_views
from webmap.demo.cli import demo
from webmap.jobs import views as jobs_views
from webmap.keep import views as keep_views
from webmap.listing import views as listing_views
from webmap.offline import views as offline_views
from webmap.openapi import views as openapi_views
from webmap.people import views as people_views
from webmap.permit_letters import views as letter_views
from webmap.place import views as place_views
from webmap.record import views as record_views
from webmap.record.cli import record_commands
from webmap.retention import views as retention_views
from webmap.search import views as search_views
from webmap.still import views as still_views
from webmap.surveys import steps as _survey_steps  # noqa: F401  (adds its addresses to the blueprint)
from webmap.surveys import views as survey_views

BLUEPRINTS: tuple[Blueprint, ...] = (
    tile_views.blueprint,
    zoning_views.blueprint,
    place_views.blueprint,
    certificate_views.blueprint,
    permit_type_views.blueprint,
    applying_views.blueprint,
    following_views.blueprint,
    search_views.blueprint,
    register_views.blueprint,
    hearing_views.blueprint,
    figures_views.blueprint,
    still_views.blueprint,
    keep_views.blueprint,
    compare_views.blueprint,
    listing_views.blueprint,
    account_views.blueprint,
    people_views.blueprint,
    openapi_views.blueprint,
    offline_views.blueprint,
    record_views.blueprint,
    jobs_views.blueprint,
    retention_views.blueprint,
    calendar_views.blueprint,
    document_views.blueprint,
    redacting_views.blueprint,
    desk_views.blueprint,
    consulting_views.blueprint,
    letter_views.blueprint,
    inspection_views.blueprint,
    survey_views.blueprint,
)
COMMANDS: tuple[click.Group, ...] = (
    db_commands,
    layers_cli.city,
    layers_cli.layers,
    tiles_cli.tiles,
    zoning_cli.zoning,
    parcels_cli.parcels,
    certificates_cli.certificates,
    permits_cli.permits,
    demo,
    accounts_cli.users,
    record_commands,
)


def connect() -> None:
    """Join what lower rooms declare with what upper rooms do about it. May be called more than once."""
    sources.register(parcel_tiles.SOURCE)
    sources.register(zoning_tiles.SOURCE)
    sources.register(permit_tiles.SOURCE)
    keeper.register_chore(freshness.generalise_touched)
    keeper.register_chore(zones_from_afar.generalise_touched)
    for kind in kept_kinds.KINDS:
        retention.register(kind)
    permit_documents.connect()
    permit_privacy.connect()
    surveys_told.connect()
    survey_reverting.connect(on_surveys.name_cases)
    register_use("certificates", is_certificate)
    register_use("permit letters", is_letter)
    register_use("amendments", is_ordinance)
    layer_imported.connect(streets.keep_dictionary)
    zoning_annulled.connect(certificates.revoke_annulled)
