// @ts-check
/** How things are drawn on a canvas tile: fills, lines, hatching, icons, text. Knows no layer. */

/**
 * @typedef {{x: number, y: number}} XY
 * @typedef {import("protomaps-leaflet").Feature & {id?: number}} Feature
 * @typedef {import("protomaps-leaflet").PaintSymbolizer} Painter
 * @typedef {import("protomaps-leaflet").LabelSymbolizer} Labeller
 * @typedef {(z: number, feature: Feature) => string} ColourOf
 * @typedef {(z: number, feature: Feature) => number} NumberOf
 */

/** @param {CanvasRenderingContext2D} pen @param {XY[][]} rings */
function trace(pen, rings) {
  pen.beginPath();
  for (const ring of rings) {
    for (let at = 0; at < ring.length; at += 1) {
      if (at === 0) pen.moveTo(ring[at].x, ring[at].y);
      else pen.lineTo(ring[at].x, ring[at].y);
    }
  }
}

/**
 * @param {{colour: ColourOf, line?: string, width?: NumberOf, opacity?: number, seam?: boolean}} options
 *   `seam` draws the fill's own colour over the hairline that antialiasing leaves between neighbours
 * @returns {Painter}
 */
export function fill({ colour, line, width, opacity = 1, seam = false }) {
  return {
    draw(pen, geom, z, feature) {
      trace(pen, geom);
      pen.globalAlpha = opacity;
      pen.fillStyle = colour(z, feature);
      pen.fill();
      const line_px = width?.(z, feature) ?? 0;
      if (!line_px && !seam) return;
      pen.strokeStyle = line_px && line ? line : pen.fillStyle;
      pen.lineWidth = line_px || 0.7;
      pen.stroke();
    },
  };
}

/**
 * @param {{colour: ColourOf, width: NumberOf, opacity?: number, dash?: number[], cap?: CanvasLineCap}} options
 * @returns {Painter}
 */
export function stroke({ colour, width, opacity = 1, dash = [], cap = "round" }) {
  return {
    draw(pen, geom, z, feature) {
      const line_px = width(z, feature);
      if (line_px <= 0) return;
      trace(pen, geom);
      pen.globalAlpha = opacity;
      pen.lineCap = dash.length ? "butt" : cap;
      pen.lineJoin = "round";
      pen.strokeStyle = colour(z, feature);
      pen.lineWidth = line_px;
      pen.setLineDash(dash);
      pen.stroke();
      pen.setLineDash([]);
    },
  };
}

/**
 * A town planner's zone: a faint fill, and along the inner side of its border a band of its hue.
 * @param {{colour: ColourOf, opacity: number, band: NumberOf}} options
 * @returns {Painter}
 */
export function zoned({ colour, opacity, band }) {
  return {
    draw(pen, geom, z, feature) {
      const hue = colour(z, feature);
      const band_px = band(z, feature);
      pen.save();
      trace(pen, geom);
      pen.clip("evenodd");
      pen.globalAlpha = opacity;
      pen.fillStyle = hue;
      pen.fill("evenodd");
      pen.strokeStyle = hue;
      pen.globalAlpha = 0.3;
      pen.lineWidth = band_px * 2;
      pen.stroke();
      pen.globalAlpha = 0.9;
      pen.lineWidth = band_px < 2 ? 1 : 1.6;
      pen.stroke();
      pen.restore();
    },
  };
}

/** A cell's side divides the tile, so that what is drawn in cells meets across tiles. */
const CELL_PX = 8;
/** Finer than any screen shows it, so that a cell is sharp on all. */
const CELL_SCALE = 3;
/** @type {Map<string, CanvasPattern | null>} */
const patterns = new Map();

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {string} path drawn in a cell of 8
 * @param {string} colour
 * @param {number} line_px
 * @returns {CanvasPattern | string} the cell again and again; the plain colour where patterns cannot be made
 */
function cellPattern(pen, path, colour, line_px) {
  const key = `${path} ${colour} ${line_px}`;
  if (!patterns.has(key)) {
    const cell = document.createElement("canvas");
    cell.width = cell.height = CELL_PX * CELL_SCALE;
    const own = cell.getContext("2d");
    if (own) {
      own.scale(CELL_SCALE, CELL_SCALE);
      own.strokeStyle = colour;
      own.lineWidth = line_px;
      own.lineCap = "round";
      own.stroke(new Path2D(path));
    }
    const pattern = pen.createPattern(cell, "repeat");
    pattern?.setTransform(new DOMMatrix().scale(1 / CELL_SCALE));
    patterns.set(key, pattern);
  }
  return patterns.get(key) ?? colour;
}

/**
 * Marks over a fill, for eyes and printers that do not tell hues apart.
 * @param {{path: (feature: Feature) => string | undefined, colour: string, opacity: number}} options
 * @returns {Painter}
 */
export function textured({ path, colour, opacity }) {
  return {
    draw(pen, geom, _z, feature) {
      const drawn = path(feature);
      if (!drawn) return;
      trace(pen, geom);
      pen.globalAlpha = opacity;
      pen.fillStyle = cellPattern(pen, drawn, colour, 1.2);
      pen.fill();
    },
  };
}

/** @param {{colour: string, path: string, opacity?: number}} options `path` in a cell of 8; none: the outline only @returns {Painter} */
export function hatched({ colour, path, opacity = 0.75 }) {
  return {
    draw(pen, geom) {
      trace(pen, geom);
      pen.globalAlpha = 0.08;
      pen.fillStyle = colour;
      pen.fill("evenodd");
      if (path) {
        pen.globalAlpha = opacity;
        pen.fillStyle = cellPattern(pen, path, colour, 1.3);
        pen.fill("evenodd");
      }
      pen.globalAlpha = 0.9;
      pen.strokeStyle = colour;
      pen.lineWidth = 1.5;
      pen.stroke();
    },
  };
}

/** @param {{colour: string, halo: string, radius: NumberOf}} options @returns {Painter} */
export function dots({ colour, halo, radius }) {
  return {
    draw(pen, geom, z, feature) {
      pen.globalAlpha = 1;
      for (const [spot] of geom) {
        pen.beginPath();
        pen.arc(spot.x, spot.y, radius(z, feature), 0, 2 * Math.PI);
        pen.fillStyle = colour;
        pen.strokeStyle = halo;
        pen.lineWidth = 1.5;
        pen.stroke();
        pen.fill();
      }
    },
  };
}
