"""A city small enough to check by hand: two streets, six parcels, two zones, two layers.

Everything lies in EPSG:32639 at (X0, Y0), one kilometre square::

      0        40   80   120 m east
    y 60 ┌──────┬────┬────┐
         │ 1-1-1│1-1-2│1-1-3│   zone R122 west of x = 60, S213 east of it
    y 30 ├──────┼────┼────┤
         │ 1-1-4│1-1-5│1-1-6│   (south row)
    y  0 └──────┴────┴────┘
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

SRID = 32639
X0, Y0 = 540_000, 3_900_000

_SQL = text("""
INSERT INTO city (srid, name_fa, name_en, boundary)
VALUES (:srid, 'شهرک', 'Smallville', ST_Multi(ST_MakeEnvelope(:x0 - 500, :y0 - 500, :x0 + 500, :y0 + 500, :srid)));

INSERT INTO street (id, name_fa, name_en, geom) VALUES
  (1, 'خیابان شریعتی', 'Shariati Street',
   ST_Multi(ST_SetSRID(ST_MakeLine(ST_MakePoint(:x0 - 400, :y0 + 66), ST_MakePoint(:x0 + 400, :y0 + 66)), :srid))),
  (2, 'کوچهٔ لاله', 'Laleh Alley',
   ST_Multi(ST_SetSRID(ST_MakeLine(ST_MakePoint(:x0 - 400, :y0 - 6), ST_MakePoint(:x0 + 400, :y0 - 6)), :srid)));

INSERT INTO parcel (number, street_id, house_number, land_use, area_official_m2, valid_from, geom)
SELECT '1-1-' || n, 1 + (n - 1) / 3, n * 2, use, 1200, DATE '2015-03-21',
       ST_Multi(ST_MakeEnvelope(:x0 + 40 * ((n - 1) % 3), :y0 + 30 * (1 - (n - 1) / 3),
                                :x0 + 40 * ((n - 1) % 3) + 40, :y0 + 30 * (1 - (n - 1) / 3) + 30, :srid))
FROM (VALUES (1, 'residential'), (2, 'residential'), (3, 'commercial'),
             (4, 'residential'), (5, 'educational'), (6, 'vacant')) AS given (n, use);

INSERT INTO zone_class (id, code, name_fa, name_en, "group", rules_entered, permitted_uses, conditional_uses,
                        floors, height_m, coverage, far, setback_m, article) VALUES
  (1, 'R122', 'مسکونی متوسط', 'Medium-density residential', 'residential', true,
   '{residential,educational}', '{commercial}', 4, 16, 0.6, 2.4, 2, 'Art. 12'),
  (2, 'S213', 'تجاری محلی', 'Local commercial', 'commercial', true,
   '{commercial,administrative}', '{residential}', 5, 20, 0.7, 3.0, 0, 'Art. 21'),
  (3, 'X999', '', '', 'other', false, '{}', '{}', NULL, NULL, NULL, NULL, NULL, '');

-- East of x = 60 the zone was X999 until 2020-01-01 and will be R122 from 2099-01-01.
INSERT INTO zone (zone_key, class_id, geom, valid) VALUES
  ('west', 1, ST_Multi(ST_MakeEnvelope(:x0 - 500, :y0 - 500, :x0 + 60, :y0 + 500, :srid)), '[2015-03-21,)'),
  ('east', 3, ST_Multi(ST_MakeEnvelope(:x0 + 60, :y0 - 500, :x0 + 500, :y0 + 500, :srid)), '[2015-03-21,2020-01-01)'),
  ('east', 2, ST_Multi(ST_MakeEnvelope(:x0 + 60, :y0 - 500, :x0 + 500, :y0 + 500, :srid)), '[2020-01-01,2099-01-01)'),
  ('east', 1, ST_Multi(ST_MakeEnvelope(:x0 + 60, :y0 - 500, :x0 + 500, :y0 + 500, :srid)), '[2099-01-01,)');

-- Clinics are known for the whole city, hydrants only for its western half.
INSERT INTO layer (id, slug, name_fa, name_en, domain, geometry_kind, coverage) VALUES
  (1, 'clinics', 'درمانگاه‌ها', 'Clinics', 'infrastructure', 'point',
   ST_Multi(ST_MakeEnvelope(:x0 - 500, :y0 - 500, :x0 + 500, :y0 + 500, :srid))),
  (2, 'hydrants', 'شیرهای آتش‌نشانی', 'Hydrants', 'infrastructure', 'point',
   ST_Multi(ST_MakeEnvelope(:x0 - 500, :y0 - 500, :x0, :y0 + 500, :srid)));
INSERT INTO layer (id, slug, name_fa, name_en, domain, geometry_kind, base_role, coverage) VALUES
  (3, 'streets', 'معابر', 'Streets', 'traffic', 'line', 'street',
   ST_Multi(ST_MakeEnvelope(:x0 - 500, :y0 - 500, :x0 + 500, :y0 + 500, :srid)));

INSERT INTO feature (layer_id, key, name_fa, name_en, kind, geom) VALUES
  (1, 'c1', 'درمانگاه يک', 'First Clinic', '', ST_SetSRID(ST_MakePoint(:x0 + 20, :y0 + 145), :srid)),
  (1, 'c2', 'درمانگاه مركزي', 'Central Clinic', '', ST_SetSRID(ST_MakePoint(:x0 + 300, :y0 + 45), :srid)),
  (2, 'h1', '', '', '', ST_SetSRID(ST_MakePoint(:x0 - 100, :y0), :srid)),
  (3, 's1', 'خیابان شریعتی', 'Shariati Street', 'arterial',
   ST_SetSRID(ST_MakeLine(ST_MakePoint(:x0 - 400, :y0 + 66), ST_MakePoint(:x0 + 400, :y0 + 66)), :srid));

SELECT setval(pg_get_serial_sequence('street', 'id'), 100), setval(pg_get_serial_sequence('layer', 'id'), 100),
       setval(pg_get_serial_sequence('zone_class', 'id'), 100);
""")


def build(session: Session) -> None:
    """Write the small city into an empty, migrated database."""
    session.execute(_SQL, {"srid": SRID, "x0": X0, "y0": Y0})
    session.flush()
