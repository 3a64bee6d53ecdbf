"""More layers for the small city (tests/small_city.py): overlays, a network and a layer of the staff.

A flood zone covers the western 10 m of 1-1-1 and of 1-1-4, a heritage area all of 1-1-1 and half of 1-1-2; a water
main runs 4 m north of the northern row, one sewer far away; depots are for the staff.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.small_city import SRID, X0, Y0

_SQL = text("""
INSERT INTO layer (id, slug, name_fa, name_en, domain, geometry_kind, place_role, visibility, coverage)
SELECT id, slug, fa, en, domain, kind, role, visibility,
       ST_Multi(ST_MakeEnvelope(:x0 - 500, :y0 - 500, :x0 + CASE slug WHEN 'landslide' THEN 0 ELSE 500 END,
                                :y0 + 500, :srid))
FROM (VALUES
  (11, 'flood', 'پهنهٔ سیل', 'Flood zone', 'land_use', 'polygon', 'overlay', 'public'),
  (12, 'heritage', 'محدودهٔ تاریخی', 'Heritage', 'culture', 'polygon', 'overlay', 'public'),
  (13, 'landslide', 'رانش زمین', 'Landslide', 'land_use', 'polygon', 'overlay', 'public'),
  (14, 'water_network', 'شبکهٔ آب', 'Water network', 'infrastructure', 'line', 'network', 'public'),
  (15, 'sewer_network', 'شبکهٔ فاضلاب', 'Sewer network', 'infrastructure', 'line', 'network', 'public'),
  (16, 'depots', 'انبارها', 'Depots', 'infrastructure', 'point', 'facility', 'staff'),
  (17, 'gas_network', 'شبکهٔ گاز', 'Gas network', 'infrastructure', 'line', 'network', 'staff'),
  (18, 'raid', 'حریم امنیتی', 'Security perimeter', 'infrastructure', 'polygon', 'overlay', 'staff')
) AS given (id, slug, fa, en, domain, kind, role, visibility);

UPDATE layer SET place_role = 'network' WHERE slug = 'streets';

INSERT INTO feature (layer_id, key, name_fa, name_en, kind, geom) VALUES
  (11, 'f1', 'سیلاب صدساله', 'Hundred-year flood', '', ST_MakeEnvelope(:x0 - 100, :y0, :x0 + 10, :y0 + 60, :srid)),
  (12, 'h1', 'بافت کهن', 'Old town', '', ST_MakeEnvelope(:x0 - 5, :y0 + 30, :x0 + 60, :y0 + 70, :srid)),
  (14, 'w1', '', '', 'main',
   ST_SetSRID(ST_MakeLine(ST_MakePoint(:x0 - 400, :y0 + 64), ST_MakePoint(:x0 + 400, :y0 + 64)), :srid)),
  (15, 's1', '', '', '',
   ST_SetSRID(ST_MakeLine(ST_MakePoint(:x0 - 400, :y0 - 300), ST_MakePoint(:x0 + 400, :y0 - 300)), :srid)),
  (16, 'd1', 'انبار پنهان', 'Hidden Depot', '', ST_SetSRID(ST_MakePoint(:x0 + 30, :y0 + 45), :srid)),
  (17, 'g1', 'خط پنهان', 'Hidden Main', '',
   ST_SetSRID(ST_MakeLine(ST_MakePoint(:x0 - 400, :y0 + 62), ST_MakePoint(:x0 + 400, :y0 + 62)), :srid)),
  (18, 'r1', 'حریم پنهان', 'Hidden Perimeter', '', ST_MakeEnvelope(:x0, :y0, :x0 + 40, :y0 + 60, :srid));
""")

HIDDEN = ("Hidden", "پنهان")
"""What stands in every name of the staff's features and in no other."""


def build(session: Session) -> None:
    """Add to the small city."""
    session.execute(_SQL, {"srid": SRID, "x0": X0, "y0": Y0})
    session.flush()
