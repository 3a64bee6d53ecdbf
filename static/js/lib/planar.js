// @ts-check
/** Figures on a flat sheet in metres: areas, sides that cross, and the nearest spot of a line. */

/** @typedef {{x: number, y: number}} Point */

/** @param {Point[]} corners @returns {number} the area they enclose, in square metres */
export function ringArea(corners) {
  let twice = 0;
  corners.forEach(({ x, y }, at) => {
    const next = corners[(at + 1) % corners.length];
    twice += x * next.y - next.x * y;
  });
  return Math.abs(twice) / 2;
}

/** @param {Point[]} corners @returns {boolean} whether two sides of the ring meet that are not neighbours */
export function ringCrosses(corners) {
  const count = corners.length;
  for (let one = 0; one < count; one++) {
    for (let other = one + 2; other < count; other++) {
      if (one === 0 && other === count - 1) continue;
      if (meet(corners[one], corners[one + 1], corners[other], corners[(other + 1) % count])) return true;
    }
  }
  return false;
}

/** @param {Point} a @param {Point} b @param {Point} c @param {Point} d @returns {boolean} */
function meet(a, b, c, d) {
  return turn(a, b, c) * turn(a, b, d) <= 0 && turn(c, d, a) * turn(c, d, b) <= 0;
}

/** @param {Point} a @param {Point} b @param {Point} c @returns {number} -1, 0 or 1 */
function turn(a, b, c) {
  return Math.sign((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x));
}

/**
 * What a finger meant: a corner of the rings nearby, else a spot on one of their sides, else where it was.
 * @param {Point} spot
 * @param {Point[][]} rings closed without their first corner again
 * @param {number} reach_m
 * @returns {Point}
 */
export function snap(spot, rings, reach_m) {
  const corner = nearest(spot, rings.flat(), reach_m);
  if (corner) return corner;
  const onSides = rings.flatMap((ring) => ring.map((from, at) => closestOn(spot, from, ring[(at + 1) % ring.length])));
  return nearest(spot, onSides, reach_m) ?? spot;
}

/** @param {Point} spot @param {Point[]} among @param {number} reach_m @returns {Point | null} */
function nearest(spot, among, reach_m) {
  let best = null;
  let least = reach_m;
  for (const each of among) {
    const away = Math.hypot(each.x - spot.x, each.y - spot.y);
    if (away <= least) [best, least] = [each, away];
  }
  return best;
}

/** @param {Point} spot @param {Point} from @param {Point} to @returns {Point} */
function closestOn(spot, from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const square = dx * dx + dy * dy;
  const share = square ? Math.min(1, Math.max(0, ((spot.x - from.x) * dx + (spot.y - from.y) * dy) / square)) : 0;
  return { x: from.x + share * dx, y: from.y + share * dy };
}
