"""Migrations go up and down again, and leave the tables that the models describe."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from geoalchemy2 import Geometry
from sqlalchemy import Column, Connection, text

from accounts import models as _accounts  # noqa: F401
from accounts.privacy import models as _privacy  # noqa: F401
from core import audit as _audit  # noqa: F401
from core import jobs as _jobs  # noqa: F401
from core import redactions as _redactions  # noqa: F401
from core import registers as _registers  # noqa: F401
from core.calendar import models as _calendar  # noqa: F401
from core.database import downgrade, is_current, make_engine, upgrade
from core.documents import models as _documents  # noqa: F401
from core.limits import models as _limits  # noqa: F401
from core.models import Base
from layers import models as _layers  # noqa: F401  (each import adds its tables to the metadata)
from layers.zoning import models as _zoning  # noqa: F401
from layers.zoning.amendments import models as _amendments  # noqa: F401
from parcels import models as _parcels  # noqa: F401
from parcels.certificates import models as _certificates  # noqa: F401
from parcels.surveys import models as _surveys  # noqa: F401
from permits import models as _permits  # noqa: F401
from permits.assessment import models as _assessment  # noqa: F401
from permits.documents import models as _permit_documents  # noqa: F401
from permits.hearing import models as _hearing  # noqa: F401
from permits.inspections import models as _inspections  # noqa: F401
from permits.letters import models as _letters  # noqa: F401
from permits.types import models as _types  # noqa: F401
from tests.conftest import DatabaseMaker

# Tables of PostGIS are not ours to compare.
FOREIGN = {"spatial_ref_sys", "alembic_version"}
QUEUE = "procrastinate_"


def test_up_down_up(make_brief_database: DatabaseMaker) -> None:
    url = make_brief_database(srid=None)
    upgrade(url, 26986)
    engine = make_engine(url)
    assert is_current(engine)
    downgrade(url, "base")
    with engine.connect() as connection:
        left = connection.execute(
            text("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
        ).scalars()
        assert set(left) <= FOREIGN
        functions = connection.scalar(text("SELECT count(*) FROM pg_proc WHERE proname LIKE 'fold%'"))
        assert functions == 0
    upgrade(url, 26986)
    assert is_current(engine)
    engine.dispose()


def test_the_srid_is_the_citys(make_brief_database: DatabaseMaker) -> None:
    engine = make_engine(make_brief_database(srid=26986))
    with engine.connect() as connection:
        srids = connection.execute(
            text(
                "SELECT DISTINCT srid FROM geometry_columns WHERE f_geometry_column IN ('geom', 'boundary', 'coverage')"
            )
        ).scalars()
        assert list(srids) == [26986]
    engine.dispose()


def test_no_drift_between_models_and_migrations(connection: Connection) -> None:
    context = MigrationContext.configure(
        connection, opts={"compare_type": same_type, "include_name": is_ours, "compare_server_default": False}
    )
    assert compare_metadata(context, Base.metadata) == []


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and name and (name in FOREIGN or name.startswith(QUEUE)))


def same_type(
    _context: object, _there: object, column: Column[object], inspected: object, wanted: object
) -> bool | None:
    """The models leave the SRID to the database; kinds are compared without regard to case."""
    if isinstance(inspected, Geometry) and isinstance(wanted, Geometry):
        return inspected.geometry_type.upper() != wanted.geometry_type.upper()
    return None
