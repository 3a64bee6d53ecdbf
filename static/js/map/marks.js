// @ts-check
/** Marks on the canvas that are told apart by their shape: a path in a box of 15, and a ring with a word in it. */

/**
 * @typedef {import("./symbols.js").Feature} Feature
 * @typedef {import("./symbols.js").Painter} Painter
 * @typedef {import("./symbols.js").NumberOf} NumberOf
 */

const BOX = 15;
const HALO = 3.2;
const ROOM_PX = 4;
/** A ring is no larger than what a tile keeps free around it (permits/tiles.py). */
const LARGEST_PX = 15;

/** @type {Map<string, Path2D>} */
const paths = new Map();

/** @param {string} path @returns {Path2D} taken apart once */
function pathOf(path) {
  const known = paths.get(path) ?? new Path2D(path);
  paths.set(path, known);
  return known;
}

/**
 * @param {{path: (feature: Feature) => string, colour: (feature: Feature) => string, halo: string, size: (z: number) => number}} options
 * @returns {Painter}
 */
export function shaped({ path, colour, halo, size }) {
  return {
    draw(pen, geom, z, feature) {
      const scale = size(z) / BOX;
      const shape = pathOf(path(feature));
      for (const [spot] of geom) {
        pen.save();
        pen.translate(spot.x - size(z) / 2, spot.y - size(z) / 2);
        pen.scale(scale, scale);
        pen.globalAlpha = 1;
        pen.lineJoin = "round";
        pen.lineWidth = HALO / scale;
        pen.strokeStyle = halo;
        pen.stroke(shape);
        pen.fillStyle = colour(feature);
        pen.fill(shape, "evenodd");
        pen.restore();
      }
    },
  };
}

/**
 * @param {{words: (feature: Feature) => string, colour: (feature: Feature) => string, paper: string, ink: string, font: string}} options
 * @returns {Painter} a ring of paper with a word in it, as wide as the word needs
 */
export function badgeOf({ words, colour, paper, ink, font }) {
  return {
    draw(pen, geom, _z, feature) {
      const word = words(feature);
      pen.save();
      pen.globalAlpha = 1;
      pen.font = font;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      const radius = Math.min(LARGEST_PX, Math.max(9, pen.measureText(word).width / 2 + ROOM_PX));
      for (const [spot] of geom) {
        pen.beginPath();
        pen.arc(spot.x, spot.y, radius, 0, 2 * Math.PI);
        pen.fillStyle = paper;
        pen.fill();
        pen.lineWidth = 2;
        pen.strokeStyle = colour(feature);
        pen.stroke();
        pen.fillStyle = ink;
        pen.fillText(word, spot.x, spot.y + 0.5);
      }
      pen.restore();
    },
  };
}
