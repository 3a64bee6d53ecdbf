// @ts-check
/** Words and icons on the map, laid out so that none covers another. Knows no layer. */

/**
 * @typedef {import("./symbols.js").Feature} Feature
 * @typedef {import("./symbols.js").XY} XY
 * @typedef {import("protomaps-leaflet").LabelSymbolizer} Labeller
 * @typedef {{text: (z: number, feature: Feature) => string, font: string, size_px: number, colour: string, halo: string}} Words
 */

/** @param {XY[]} ring @returns {XY & {area: number}} its centre of mass; area in square pixels */
export function ringCentre(ring) {
  // From its first vertex: a city's pixels have eight figures, whose products would swallow a parcel.
  const [first] = ring;
  let area = 0;
  let x = 0;
  let y = 0;
  for (let at = 0; at < ring.length - 1; at += 1) {
    const a = { x: ring[at].x - first.x, y: ring[at].y - first.y };
    const b = { x: ring[at + 1].x - first.x, y: ring[at + 1].y - first.y };
    const cross = a.x * b.y - b.x * a.y;
    area += cross;
    x += (a.x + b.x) * cross;
    y += (a.y + b.y) * cross;
  }
  if (Math.abs(area) < 1e-9) return { x: first.x, y: first.y, area: 0 };
  return { x: first.x + x / (3 * area), y: first.y + y / (3 * area), area: Math.abs(area / 2) };
}

/** @param {XY[]} ring @param {number} y @returns {number[]} where it crosses that height, in order */
function crossings(ring, y) {
  const found = [];
  for (let at = 0; at < ring.length - 1; at += 1) {
    const [a, b] = [ring[at], ring[at + 1]];
    if (a.y > y !== b.y > y) found.push(a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x));
  }
  return found.sort((a, b) => a - b);
}

/**
 * Where a ring bears its name: its centre of mass, or beside it in the widest part where a bow leaves that outside.
 * @param {XY[]} ring
 * @returns {XY & {area: number, width: number}} `width`: of the ring there
 */
export function nameSpot(ring) {
  const centre = ringCentre(ring);
  const crossed = crossings(ring, centre.y);
  let best = { from: centre.x, to: centre.x };
  for (let at = 0; at + 1 < crossed.length; at += 2) {
    const [from, to] = [crossed[at], crossed[at + 1]];
    if (from <= centre.x && centre.x <= to) return { ...centre, width: to - from };
    if (to - from > best.to - best.from) best = { from, to };
  }
  return { ...centre, x: (best.from + best.to) / 2, width: best.to - best.from };
}

/** @param {XY[][]} geom @returns {XY & {area: number, width: number}} of its largest ring */
function middle(geom) {
  let best = { x: geom[0][0].x, y: geom[0][0].y, area: 0, width: 0 };
  for (const ring of geom) {
    if (ring.length < 4) continue;
    const spot = nameSpot(ring);
    if (spot.area > best.area) best = spot;
  }
  return best;
}

/** @param {CanvasRenderingContext2D} pen @param {Words} words @param {string} text @param {number} y */
function write(pen, words, text, y) {
  pen.globalAlpha = 1;
  pen.font = words.font;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.lineWidth = 3.5;
  pen.strokeStyle = words.halo;
  pen.strokeText(text, 0, y);
  pen.fillStyle = words.colour;
  pen.fillText(text, 0, y);
}

/** @param {XY} at @param {number} width @param {number} height */
function boxAround(at, width, height) {
  return { minX: at.x - width / 2, minY: at.y - height / 2, maxX: at.x + width / 2, maxY: at.y + height / 2 };
}

/**
 * Text in the middle of an area or on a point.
 * @param {Words & {fits?: boolean, apart_px?: number}} words `fits`: only where the area is as wide as the text;
 *   `apart_px`: the same thing's label comes again only this far away
 * @returns {Labeller}
 */
export function text(words) {
  return {
    place(layout, geom, feature) {
      const said = words.text(layout.zoom, /** @type {Feature} */ (feature));
      if (!said) return undefined;
      layout.scratch.font = words.font;
      const width = layout.scratch.measureText(said).width;
      const at = middle(geom);
      if (words.fits && at.width < width + 4) return undefined;
      const anchor = /** @type {any} */ (geom[0][0].clone());
      anchor.x = at.x;
      anchor.y = at.y;
      const bboxes = [boxAround(at, width + 6, words.size_px * 1.5)];
      const draw = (/** @type {CanvasRenderingContext2D} */ pen) => write(pen, words, said, 0);
      return [{ anchor, bboxes, draw, deduplicationKey: said, deduplicationDistance: words.apart_px ?? 0 }];
    },
  };
}

/**
 * An icon in a disc, and below it the thing's name from `namesFrom` on.
 * @param {{paths: string[], words: Words, namesFrom: number, room_px?: number}} options `room_px`: the side of the square
 *   that no other icon may reach into
 * @returns {Labeller}
 */
export function badge({ paths, words, namesFrom, room_px = 22 }) {
  const shape = paths.map((path) => new Path2D(path));
  return {
    place(layout, geom, feature) {
      const said = layout.zoom >= namesFrom ? words.text(layout.zoom, /** @type {Feature} */ (feature)) : "";
      layout.scratch.font = words.font;
      const width = said ? layout.scratch.measureText(said).width + 6 : 0;
      return geom.map(([at]) => ({
        anchor: at,
        bboxes: [boxAround(at, room_px, room_px), ...(said ? [boxAround({ x: at.x, y: at.y + 20 }, width, 15)] : [])],
        draw: (/** @type {CanvasRenderingContext2D} */ pen) => {
          drawBadge(pen, shape, words);
          if (said) write(pen, words, said, 20);
        },
      }));
    },
  };
}

/** @param {CanvasRenderingContext2D} pen @param {Path2D[]} shape @param {{colour: string, halo: string}} look */
function drawBadge(pen, shape, look) {
  pen.globalAlpha = 1;
  pen.beginPath();
  pen.arc(0, 0, 10.5, 0, 2 * Math.PI);
  pen.fillStyle = look.halo;
  pen.fill();
  pen.lineWidth = 1.25;
  pen.strokeStyle = look.colour;
  pen.stroke();
  pen.save();
  pen.scale(0.87, 0.87);
  pen.translate(-7.5, -7.5);
  pen.fillStyle = look.colour;
  for (const each of shape) pen.fill(each);
  pen.restore();
}
