// @ts-check
/** Lengths and areas on the ground (WGS 84): never from the web map's own grid, which stretches them with the latitude. */

/** @typedef {{lon: number, lat: number}} Spot */

const A_M = 6_378_137;
const F = 1 / 298.257223563;
const B_M = A_M * (1 - F);
const E2 = F * (2 - F);
const E = Math.sqrt(E2);
const RADIANS = Math.PI / 180;
const QP = authalicQ(1);
const AUTHALIC_M = A_M * Math.sqrt(QP / 2);
const ENOUGH = 1e-12;

/**
 * The length of the geodesic between two spots (Vincenty 1975, Survey Review 23, the inverse formula): to a millimetre.
 * @param {Spot} from @param {Spot} to @returns {number} metres
 */
export function distance_m(from, to) {
  const [u1, u2] = [from, to].map(({ lat }) => Math.atan((1 - F) * Math.tan(lat * RADIANS)));
  const [sin1, cos1, sin2, cos2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  const apart = (to.lon - from.lon) * RADIANS;
  let lambda = apart;
  let found = arc(lambda, sin1, cos1, sin2, cos2);
  // Spots on opposite sides of the globe would go on for ever; within a city a few rounds are enough.
  for (let round = 0; round < 100 && found.sigma; round += 1) {
    const before = lambda;
    lambda = nextLambda(apart, found);
    found = arc(lambda, sin1, cos1, sin2, cos2);
    if (Math.abs(lambda - before) < ENOUGH) break;
  }
  return found.sigma ? lengthOf(found) : 0;
}

/** @param {number} lambda @param {number} sin1 @param {number} cos1 @param {number} sin2 @param {number} cos2 */
function arc(lambda, sin1, cos1, sin2, cos2) {
  const [sinL, cosL] = [Math.sin(lambda), Math.cos(lambda)];
  const sinSigma = Math.hypot(cos2 * sinL, cos1 * sin2 - sin1 * cos2 * cosL);
  const cosSigma = sin1 * sin2 + cos1 * cos2 * cosL;
  const sinAlpha = sinSigma ? (cos1 * cos2 * sinL) / sinSigma : 0;
  const cos2Alpha = 1 - sinAlpha ** 2;
  const cosMiddle = cos2Alpha ? cosSigma - (2 * sin1 * sin2) / cos2Alpha : 0;
  return { sigma: sinSigma ? Math.atan2(sinSigma, cosSigma) : 0, sinSigma, cosSigma, sinAlpha, cos2Alpha, cosMiddle };
}

/** @param {number} apart @param {ReturnType<typeof arc>} found */
function nextLambda(apart, { sigma, sinSigma, cosSigma, sinAlpha, cos2Alpha, cosMiddle }) {
  const c = (F / 16) * cos2Alpha * (4 + F * (4 - 3 * cos2Alpha));
  return apart + (1 - c) * F * sinAlpha * (sigma + c * sinSigma * (cosMiddle + c * cosSigma * (2 * cosMiddle ** 2 - 1)));
}

/** @param {ReturnType<typeof arc>} found */
function lengthOf({ sigma, sinSigma, cosSigma, cos2Alpha, cosMiddle }) {
  const u2 = (cos2Alpha * (A_M ** 2 - B_M ** 2)) / B_M ** 2;
  const a = 1 + (u2 / 16384) * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)));
  const b = (u2 / 1024) * (256 + u2 * (-128 + u2 * (74 - 47 * u2)));
  const inner = cosSigma * (2 * cosMiddle ** 2 - 1) - (b / 6) * cosMiddle * (4 * sinSigma ** 2 - 3) * (4 * cosMiddle ** 2 - 3);
  return B_M * a * (sigma - b * sinSigma * (cosMiddle + (b / 4) * inner));
}

/** @param {Spot[]} spots @param {boolean} [closed] back to the first @returns {number} metres along them */
export function length_m(spots, closed = false) {
  const legs = spots.slice(1).map((spot, at) => distance_m(spots[at], spot));
  if (closed && spots.length > 2) legs.push(distance_m(spots[spots.length - 1], spots[0]));
  return legs.reduce((sum, leg) => sum + leg, 0);
}

/**
 * The area that a ring of spots encloses, by Lambert's equal-area projection about its middle on the authalic sphere
 * (Snyder 1987, Map Projections: A Working Manual, 3-12 and 24-2).
 * @param {Spot[]} ring not closed @returns {number} square metres, 0 for less than three spots
 */
export function area_m2(ring) {
  if (ring.length < 3) return 0;
  const flat = project(ring);
  const doubled = flat.reduce((sum, [x, y], at) => {
    const [nextX, nextY] = flat[(at + 1) % flat.length];
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(doubled) / 2;
}

/** @param {Spot[]} ring @returns {[number, number][]} metres east and north of its middle */
function project(ring) {
  const lon0 = (ring.reduce((sum, { lon }) => sum + lon, 0) / ring.length) * RADIANS;
  const beta0 = authalic(ring.reduce((sum, { lat }) => sum + lat, 0) / ring.length);
  return ring.map(({ lon, lat }) => {
    const beta = authalic(lat);
    const apart = lon * RADIANS - lon0;
    const k = Math.sqrt(2 / (1 + Math.sin(beta0) * Math.sin(beta) + Math.cos(beta0) * Math.cos(beta) * Math.cos(apart)));
    const north = Math.cos(beta0) * Math.sin(beta) - Math.sin(beta0) * Math.cos(beta) * Math.cos(apart);
    return [AUTHALIC_M * k * Math.cos(beta) * Math.sin(apart), AUTHALIC_M * k * north];
  });
}

/** @param {number} lat degrees @returns {number} the latitude of equal area, radians */
function authalic(lat) {
  return Math.asin(authalicQ(Math.sin(lat * RADIANS)) / QP);
}

/** @param {number} sine of the latitude */
function authalicQ(sine) {
  const part = E * sine;
  return (1 - E2) * (sine / (1 - part ** 2) - Math.log((1 - part) / (1 + part)) / (2 * E));
}

/** @param {Spot[]} ring @returns {boolean} whether its sides cross, so that it encloses no one area */
export function crossesItself(ring) {
  const sides = ring.map((spot, at) => /** @type {const} */ ([spot, ring[(at + 1) % ring.length]]));
  return sides.some((one, at) => sides.slice(at + 2).some((other, on) => !(at === 0 && on + at + 2 === ring.length - 1) && cross(one, other)));
}

/** @param {readonly [Spot, Spot]} one @param {readonly [Spot, Spot]} other */
function cross([a, b], [c, d]) {
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

/** @param {Spot} a @param {Spot} b @param {Spot} c on which side of the line from a to b it lies */
function side(a, b, c) {
  return (b.lon - a.lon) * (c.lat - a.lat) - (b.lat - a.lat) * (c.lon - a.lon);
}
