-- A parcel that began on :day or later cannot also end then: it is written over. Others end, and a new one begins.
UPDATE parcel p SET valid_to = :day, version = p.version + 1
FROM parcel_incoming i WHERE i.parcel_id = p.id AND i.state = 'versioned' AND p.valid_from < :day;

UPDATE parcel p
SET number = i.number, address = i.address, street_id = i.street_id, house_number = i.house_number,
    land_use = i.land_use, land_use_recorded = i.land_use_recorded, area_official_m2 = i.area_official_m2,
    properties = i.properties, geom = i.geom, version = p.version + 1
FROM parcel_incoming i
WHERE i.parcel_id = p.id AND p.valid_to IS NULL AND i.state IN ('versioned', 'amended');

-- Laid down along the Hilbert curve, so that a tile's parcels lie on few pages.
INSERT INTO parcel (number, address, street_id, house_number, land_use, land_use_recorded, area_official_m2,
                    properties, geom, valid_from)
SELECT i.number, i.address, i.street_id, i.house_number, i.land_use, i.land_use_recorded, i.area_official_m2,
       i.properties, i.geom, :day
FROM parcel_incoming i
LEFT JOIN parcel p ON p.id = i.parcel_id
WHERE i.state = 'added' OR (i.state = 'versioned' AND p.valid_to = :day)
ORDER BY i.geom
