// @ts-check
/** Names along lines: where a line runs straight enough for its name, on the chord. Letters stay joined, as Persian needs. */

/**
 * @typedef {import("./symbols.js").XY} XY
 * @typedef {{from: XY, to: XY, middle: XY, bend_px: number}} Stretch
 */

const STEP_PX = 14;
/** How far the line may leave its name's chord. */
const BEND_PX = 5;

/** @param {XY} a @param {XY} b */
const distance = (a, b) => Math.hypot(b.x - a.x, b.y - a.y);

/** @param {XY[]} line @returns {number[]} the way from the start to each vertex */
function ways(line) {
  const lengths = [0];
  for (let at = 1; at < line.length; at += 1) lengths.push(lengths[at - 1] + distance(line[at - 1], line[at]));
  return lengths;
}

/** @param {XY[]} line @param {number[]} lengths @param {number} way @returns {XY} the point after that way */
function pointAfter(line, lengths, way) {
  let at = lengths.findIndex((length) => length >= way);
  if (at <= 0) at = at < 0 ? line.length - 1 : 1;
  const whole = lengths[at] - lengths[at - 1] || 1;
  const share = (way - lengths[at - 1]) / whole;
  const [a, b] = [line[at - 1], line[at]];
  return { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share };
}

/** @param {XY} spot @param {XY} from @param {XY} to @returns {number} its distance from the straight through both */
function leaving(spot, from, to) {
  const length = distance(from, to) || 1;
  return Math.abs((to.x - from.x) * (from.y - spot.y) - (from.x - spot.x) * (to.y - from.y)) / length;
}

/** @param {XY[]} line @param {number[]} lengths @param {number} start @param {number} width_px @returns {Stretch | null} */
function stretchAt(line, lengths, start, width_px) {
  const from = pointAfter(line, lengths, start);
  const to = pointAfter(line, lengths, start + width_px);
  if (distance(from, to) < width_px * 0.95) return null;
  let bend_px = 0;
  for (let at = 0; at < line.length; at += 1) {
    if (lengths[at] > start && lengths[at] < start + width_px) bend_px = Math.max(bend_px, leaving(line[at], from, to));
  }
  if (bend_px > BEND_PX) return null;
  const onLine = pointAfter(line, lengths, start + width_px / 2);
  const middle = { x: (from.x + to.x + 2 * onLine.x) / 4, y: (from.y + to.y + 2 * onLine.y) / 4 };
  return { from, to, middle, bend_px };
}

/**
 * The straightest stretches of a line, each wide enough and so far from the others.
 * @param {XY[]} line
 * @param {number} width_px of the name
 * @param {number} apart_px
 * @returns {Stretch[]} straightest first
 */
export function straightStretches(line, width_px, apart_px) {
  const lengths = ways(line);
  const whole = lengths[lengths.length - 1];
  const room = whole - width_px;
  if (line.length < 2 || room < 8) return [];
  /** @type {Stretch[]} */
  const found = [];
  for (let start = Math.min(room / 2, 10); start <= room - 4; start += STEP_PX) {
    const stretch = stretchAt(line, lengths, start, width_px);
    if (stretch) found.push(stretch);
  }
  // A tenth of a pixel of bend is no reason to leave the middle of the line.
  const centre = pointAfter(line, lengths, whole / 2);
  const rank = (/** @type {Stretch} */ each) => Math.round(each.bend_px) + distance(each.middle, centre) / whole;
  found.sort((a, b) => rank(a) - rank(b));
  /** @type {Stretch[]} */
  const chosen = [];
  for (const each of found) if (chosen.every((other) => distance(other.middle, each.middle) >= apart_px)) chosen.push(each);
  return chosen;
}

/**
 * @param {{properties: string[], font: string, size_px: number, colour: string, halo: string, apart_px?: number}} options
 * @returns {import("protomaps-leaflet").LabelSymbolizer}
 */
export function along({ properties, font, size_px, colour, halo, apart_px = 340 }) {
  return {
    place(layout, geom, feature) {
      const name = properties.map((each) => feature.props[each]).find(Boolean);
      if (typeof name !== "string") return undefined;
      layout.scratch.font = font;
      const width_px = layout.scratch.measureText(name).width + 8;
      const stretches = geom.flatMap((line) => straightStretches(line, width_px, apart_px));
      return stretches.map((stretch) => ({
        anchor: Object.assign(geom[0][0].clone(), stretch.middle),
        bboxes: boxes(stretch, width_px, size_px),
        draw: (/** @type {CanvasRenderingContext2D} */ pen) => write(pen, name, stretch, { font, colour, halo }),
        deduplicationKey: name,
        deduplicationDistance: apart_px,
      }));
    },
  };
}

/** Small boxes along the chord: one box round a slanting name would keep everything near it away. @param {Stretch} stretch @param {number} width_px @param {number} size_px */
function boxes({ from, to, middle }, width_px, size_px) {
  const half = size_px * 0.75;
  const count = Math.ceil(width_px / size_px);
  const shift = { x: middle.x - (from.x + to.x) / 2, y: middle.y - (from.y + to.y) / 2 };
  return Array.from({ length: count + 1 }, (_, at) => {
    const x = from.x + ((to.x - from.x) * at) / count + shift.x;
    const y = from.y + ((to.y - from.y) * at) / count + shift.y;
    return { minX: x - half, minY: y - half, maxX: x + half, maxY: y + half };
  });
}

/** @param {CanvasRenderingContext2D} pen @param {string} name @param {Stretch} stretch @param {{font: string, colour: string, halo: string}} look */
function write(pen, name, { from, to }, { font, colour, halo }) {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  pen.globalAlpha = 1;
  pen.rotate(to.x < from.x ? angle + Math.PI : angle);
  pen.font = font;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.lineWidth = 3.5;
  pen.strokeStyle = halo;
  pen.strokeText(name, 0, 0);
  pen.fillStyle = colour;
  pen.fillText(name, 0, 0);
}
