// @ts-check
/** Joins the pieces of lines that bear one name: a street cut at each crossing is too short for its name. */

/**
 * @typedef {import("protomaps-leaflet").Feature} Feature
 * @typedef {Feature["geom"][number]} Line
 */

const LINE = 2;

/** @param {{x: number, y: number}} spot */
const keyOf = ({ x, y }) => `${x} ${y}`;

/**
 * @param {Feature[]} features
 * @param {string[]} by the properties that pieces must share
 * @returns {Feature[]} one for each group of lines that has a name, of as few and as long lines as there can be
 */
export function joinLines(features, by) {
  /** @type {Map<string, Feature[]>} */
  const groups = new Map();
  for (const each of features) {
    if (/** @type {number} */ (each.geomType) !== LINE) continue;
    const key = JSON.stringify(by.map((name) => each.props[name] ?? null));
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].map((pieces) => (pieces.length === 1 ? pieces[0] : joined(pieces)));
}

/** @param {Feature[]} pieces @returns {Feature} */
function joined(pieces) {
  const geom = chains(pieces.flatMap((each) => each.geom));
  const bbox = {
    minX: Math.min(...pieces.map((each) => each.bbox.minX)),
    minY: Math.min(...pieces.map((each) => each.bbox.minY)),
    maxX: Math.max(...pieces.map((each) => each.bbox.maxX)),
    maxY: Math.max(...pieces.map((each) => each.bbox.maxY)),
  };
  return { ...pieces[0], geom, bbox, numVertices: geom.reduce((sum, line) => sum + line.length, 0) };
}

/** @param {Line[]} lines @returns {Line[]} each piece in one chain */
export function chains(lines) {
  const left = new Set(lines.filter((line) => line.length > 1));
  const ends = endsOf(left);
  /** @type {Line[]} */
  const found = [];
  for (const line of left) {
    left.delete(line);
    const onward = extended(line, left, ends);
    found.push(extended(onward.reverse(), left, ends));
  }
  return found;
}

/** @param {Iterable<Line>} lines @returns {Map<string, Line[]>} the lines that begin or end at a point */
function endsOf(lines) {
  /** @type {Map<string, Line[]>} */
  const ends = new Map();
  for (const line of lines) {
    for (const spot of [line[0], line[line.length - 1]]) {
      const at = ends.get(keyOf(spot));
      if (at) at.push(line);
      else ends.set(keyOf(spot), [line]);
    }
  }
  return ends;
}

/** @param {Line} line @param {Set<Line>} left what no chain has yet @param {Map<string, Line[]>} ends @returns {Line} a new one */
function extended(line, left, ends) {
  const chain = [...line];
  for (;;) {
    const next = straightest(chain, (ends.get(keyOf(chain[chain.length - 1])) ?? []).filter((each) => left.has(each)));
    if (!next) return chain;
    left.delete(next.piece);
    chain.push(...next.onward.slice(1));
  }
}

/** @param {Line} chain @param {Line[]} pieces @returns {{piece: Line, onward: Line} | undefined} that which turns off least */
function straightest(chain, pieces) {
  const [before, end] = chain.slice(-2);
  const turn = (/** @type {Line} */ onward) => {
    const turned = Math.abs(Math.atan2(onward[1].y - end.y, onward[1].x - end.x) - Math.atan2(end.y - before.y, end.x - before.x));
    return Math.min(turned, 2 * Math.PI - turned);
  };
  const choices = pieces.map((piece) => ({ piece, onward: keyOf(piece[0]) === keyOf(end) ? piece : [...piece].reverse() }));
  return choices.sort((a, b) => turn(a.onward) - turn(b.onward))[0];
}
