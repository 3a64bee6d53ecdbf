// @ts-check
/** What the map shows now, as the server's list of it is asked for. */

/**
 * @param {{west: number, south: number, east: number, north: number}} box degrees
 * @param {import("./permalink.js").Seen} seen
 * @returns {URLSearchParams}
 */
export function windowQuery({ west, south, east, north }, { layers, on, place }) {
  const box = [Math.max(-180, west), Math.max(-90, south), Math.min(180, east), Math.min(90, north)];
  const query = new URLSearchParams({ bbox: box.map((side) => side.toFixed(6)).join(","), layers: layers.join(",") });
  if (on) query.set("on", on);
  if (place?.number) query.set("parcel", place.number);
  else if (place?.lon !== undefined && place.lat !== undefined) query.set("at", `${place.lon.toFixed(6)},${place.lat.toFixed(6)}`);
  return query;
}
