-- A name that neither a street layer nor a parcel of any day uses is nobody's any more.
DELETE FROM street
WHERE NOT EXISTS (SELECT FROM street_names_staging named WHERE named.street_id = street.id)
  AND NOT EXISTS (SELECT FROM parcel WHERE parcel.street_id = street.id)
