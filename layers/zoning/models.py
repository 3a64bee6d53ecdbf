"""Zone classes with their rules, and zones in two times: when they are the law, and when we knew it."""

import datetime as dt

from geoalchemy2 import WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from core.models import WEB_MERCATOR, Base, geometry_column, gist_index, web_mercator_column

PLAN = "zoning"
"""The plan layer that zones belong to unless told otherwise; overlays (flood, heritage) have their own."""


class ZoneClass(Base):
    """A class of the plan and what may be built under it.

    ``group`` is the family that gives the hue (residential, commercial …); ``colour`` (#rrggbb) overrides it.
    ``rules_entered`` is false for a class that an import met before anyone typed its rules: it is shown as
    "rules not entered", never as "no rules". Ratios are fractions of the parcel's area (2.4 = 240 %).
    """

    __tablename__ = "zone_class"
    __table_args__ = (
        CheckConstraint("coverage > 0 AND coverage <= 1", name="coverage"),
        CheckConstraint("far > 0", name="far"),
        CheckConstraint("floors > 0", name="floors"),
        CheckConstraint("height_m > 0", name="height_m"),
        CheckConstraint("setback_m >= 0", name="setback_m"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name_fa: Mapped[str] = mapped_column(Text, server_default="")
    name_en: Mapped[str] = mapped_column(Text, server_default="")
    group: Mapped[str] = mapped_column(Text, server_default="other")
    colour: Mapped[str] = mapped_column(Text, server_default="")
    rules_entered: Mapped[bool] = mapped_column(server_default="false")
    permitted_uses: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    conditional_uses: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    prohibited_uses: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    floors: Mapped[int | None] = mapped_column(SmallInteger)
    height_m: Mapped[float | None] = mapped_column(Float)
    coverage: Mapped[float | None] = mapped_column(Float)
    far: Mapped[float | None] = mapped_column(Float)
    setback_m: Mapped[float | None] = mapped_column(Float)
    article: Mapped[str] = mapped_column(Text, server_default="")
    version: Mapped[int] = mapped_column(server_default="1")


class Zone(Base):
    """One version of one zone. ``zone_key`` is the zone's identity across its versions."""

    __tablename__ = "zone"
    __table_args__ = (
        ExcludeConstraint(
            ("zone_key", "="),
            ("valid", "&&"),
            ("recorded", "&&"),
            name="zone_one_version_at_a_time",
            using="gist",
        ),
        CheckConstraint("NOT isempty(valid)", name="valid_not_empty"),
        CheckConstraint("NOT isempty(recorded)", name="recorded_not_empty"),
        # A search for a class leads to its zones.
        Index("zone_class_id_idx", "class_id"),
        gist_index("zone", "geom"),
        gist_index("zone", "geom_3857"),
        Index("zone_amendment_id_idx", "amendment_id", postgresql_where="amendment_id IS NOT NULL"),
        Index("zone_restores_id_idx", "restores_id", postgresql_where="restores_id IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    zone_key: Mapped[str] = mapped_column(Text)
    plan: Mapped[str] = mapped_column(Text, server_default=PLAN)
    class_id: Mapped[int] = mapped_column(ForeignKey("zone_class.id"))
    rule_text_fa: Mapped[str] = mapped_column(Text, server_default="")
    rule_text_en: Mapped[str] = mapped_column(Text, server_default="")
    geom: Mapped[WKBElement] = geometry_column("MULTIPOLYGON")
    geom_3857: Mapped[WKBElement] = web_mercator_column()
    valid: Mapped[Range[object]] = mapped_column(DATERANGE)
    recorded: Mapped[Range[object]] = mapped_column(TSTZRANGE, server_default="[now(),)")
    amendment_id: Mapped[int | None] = mapped_column(BigInteger)
    # The first version that this one repeats word for word, where an annulment has put it back.
    restores_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"))
    version: Mapped[int] = mapped_column(server_default="1")


class ZoneAnnulment(Base):
    """That what one decision had brought into force was annulled: which versions, why, and since when we know."""

    __tablename__ = "zone_annulment"
    __table_args__ = (
        CheckConstraint("cardinality(zone_ids) > 0", name="zone_ids"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    zone_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    reason: Mapped[str] = mapped_column(Text)
    annulled_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


class ZoneGeneralised(Base):
    """A zone as it is drawn at a band of zooms, named by its first; its borders simplified with its neighbours'."""

    __tablename__ = "zone_generalised"
    # From afar a tile shows every zone of its band: they lie together, between those of the other bands.
    __table_args__ = (Index("zone_generalised_zoom_idx", "zoom"),)

    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id", ondelete="CASCADE"), primary_key=True)
    zoom: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    geom_3857: Mapped[WKBElement] = mapped_column(WEB_MERCATOR)
