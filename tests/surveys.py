"""Surveys for tests: files that a surveyor would send about the small city, sent and checked at once."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.models import Person
from core.audit import Actor
from core.documents import DocumentStore
from parcels.surveys import services
from parcels.surveys.checking import check
from parcels.surveys.models import Survey
from parcels.surveys.room import room, work_in
from parcels.surveys.services import Upload
from parcels.surveys.states import Kind
from tests.small_city import X0, Y0
from tests.unit.geofiles.make import shapefile


def box(west: float, south: float, east: float, north: float) -> Any:
    """A rectangle in metres of the small city."""
    return shapely.box(X0 + west, Y0 + south, X0 + east, Y0 + north)


def area(*corners: tuple[float, float]) -> Any:
    """A polygon in metres of the small city."""
    return shapely.Polygon([(X0 + x, Y0 + y) for x, y in corners])


def zip_of(
    shapes: Sequence[Any], columns: Mapping[str, Sequence[Any]] | None = None, *, epsg: int | None = 32639
) -> bytes:
    """A zipped shapefile."""
    made = io.BytesIO()
    columns = {"id": list(range(len(shapes)))} if columns is None else columns
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for ending, data in shapefile(shapes, columns, epsg=epsg, kind="Polygon").items():
            archive.writestr(f"layer.{ending}", data)
    return made.getvalue()


class Desk:
    """A surveyor and an approver at one city, whose checks are done as soon as they are asked for."""

    def __init__(self, session: Session, surveyor: Person, approver: Person, data_dir: Path) -> None:
        work_in(data_dir)
        self.session, self.surveyor, self.approver = session, surveyor, approver
        self.store: DocumentStore = room().documents

    def send(self, kind: Kind, content: bytes, name: str = "layer.zip") -> Survey:
        """Send a file and have it checked."""
        sent = services.send(
            self.session,
            self.actor(self.surveyor),
            self.surveyor,
            self.store,
            Upload(name, content),
            kind,
            "",
        )
        return self.check(sent)

    def check(self, survey: Survey) -> Survey:
        """Do the check that waits in the queue."""
        check(self.session, survey.id, survey.run)
        self.session.refresh(survey)
        return survey

    def submit(self, survey: Survey) -> Survey:
        """Hand it in."""
        services.submit(self.session, self.actor(self.surveyor), self.surveyor, survey, survey.version)
        return survey

    def approve(self, survey: Survey) -> Survey:
        """Have the other person approve it."""
        services.approve(self.session, self.actor(self.approver), self.approver, survey, survey.version)
        return survey

    def revert(self, survey: Survey, reason: str = "a slip") -> Survey:
        """Have the other person take it back."""
        services.revert(
            self.session, self.actor(self.approver), self.approver, survey, reason, survey.version
        )
        return survey

    @staticmethod
    def actor(person: Person) -> Actor:
        """Somebody as the record names them."""
        return Actor(person.in_record, person.id)


def state_of_city(session: Session) -> list[Any]:
    """Everything of every parcel and of the lineage but the version, which only ever grows."""
    rows = session.execute(
        text(
            "SELECT md5(to_jsonb(parcel)::text || ST_AsBinary(geom)::text) AS sum FROM ("
            " SELECT id, number, address, street_id, house_number, land_use, land_use_recorded, area_official_m2,"
            " properties, geom, valid_from, valid_to FROM parcel ORDER BY id) AS parcel"
        )
    )
    kin = session.execute(
        text("SELECT parent_id, child_id, kind, survey_id FROM parcel_lineage ORDER BY 1, 2")
    )
    return [*rows.scalars(), *map(tuple, kin)]


def parcels_now(session: Session) -> dict[str, Any]:
    """Today's parcels by number: shapes."""
    rows = session.execute(
        text("SELECT number, ST_AsBinary(geom) AS shape FROM parcel WHERE valid_to IS NULL ORDER BY number")
    )
    return {row.number: shapely.from_wkb(bytes(row.shape)) for row in rows}


def is_coverage(session: Session) -> bool:
    """Whether today's parcels neither overlap nor have corners in the middle of a neighbour's border."""
    return bool(shapely.coverage_is_valid(np.array(list(parcels_now(session).values()), dtype=object)))


def codes(session: Session, survey: Survey) -> dict[str, int]:
    """How often the check found what."""
    rows = session.execute(
        text(
            "SELECT code, count(*) AS n FROM survey_finding WHERE survey_id = :id GROUP BY code ORDER BY code"
        ),
        {"id": survey.id},
    )
    return {row.code: row.n for row in rows}
