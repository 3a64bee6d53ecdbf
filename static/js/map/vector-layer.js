// @ts-check
/** A Leaflet layer that paints several vector tile sources on one canvas, labels laid out together. Knows no layer. */

import * as L from "leaflet";
import { Labelers, paint } from "protomaps-leaflet";
import { tileView } from "./tile-source.js";

/**
 * @typedef {import("./tile-source.js").SourceOptions} SourceOptions
 * @typedef {import("protomaps-leaflet").PaintRule} PaintRule
 * @typedef {import("protomaps-leaflet").LabelRule} LabelRule
 * @typedef {import("protomaps-leaflet").PreparedTile} PreparedTile
 * @typedef {{sources: Record<string, SourceOptions>, paint: PaintRule[], labels: LabelRule[], background: string}} Drawing
 */

const TILE_PX = 256;
/** How far a neighbour's label may reach into a tile. */
const REACH_PX = 16;
/** Neighbours arrive together: their labels are settled in one go and not tile by tile. */
const SETTLE_MS = 90;
/** A wide screen shows some thirty data tiles; forgetting their labels earlier would leave holes. */
const LABELLED_TILES = 96;

export class VectorLayer extends L.GridLayer {
  /** @type {Map<string, {url: string, view: import("protomaps-leaflet").View}>} */
  #views = new Map();
  /** @type {Drawing} */
  #drawing = { sources: {}, paint: [], labels: [], background: "" };
  #labelers = this.#makeLabelers();
  /** @type {Promise<unknown>} */
  #ready;
  /** Tiles whose labels changed after they were painted. @type {Set<string>} */
  #stale = new Set();

  /** @param {{ready: Promise<unknown>}} options `ready`: when the letters that labels are measured by have come */
  constructor({ ready }) {
    super({ updateWhenZooming: false, keepBuffer: 2 });
    this.#ready = ready;
  }

  /** Draw this from now on; what is seen stays until what is new has come. @param {Drawing} drawing */
  setDrawing(drawing) {
    this.#drawing = drawing;
    for (const name of this.#views.keys()) if (!drawing.sources[name]) this.#views.delete(name);
    for (const [name, options] of Object.entries(drawing.sources)) {
      if (this.#views.get(name)?.url !== options.url) this.#views.set(name, { url: options.url, view: tileView(options) });
    }
    this.repaint();
  }

  /**
   * @param {string} source @param {L.LatLng} at @param {number} zoom @param {number} reach_px
   * @returns {Record<string, unknown>[]} the attributes of what is drawn of a source within so many pixels of a spot
   */
  pick(source, at, zoom, reach_px) {
    // The library halves the reach once for the tile that is one zoom lower.
    const found = this.#views.get(source)?.view.queryFeatures(at.wrap().lng, at.lat, zoom, reach_px * 2) ?? [];
    return found.map(({ feature }) => feature.props);
  }

  /** Lay out and paint anew, for instance when the font has come or what failed shall be tried again. */
  repaint() {
    this.#labelers = this.#makeLabelers();
    for (const tile of this.#tiles()) void this.#render(tile.coords, tile.el);
  }

  /**
   * @override @protected
   * @param {L.Coords} coords
   * @param {L.DoneCallback} done
   */
  createTile(coords, done) {
    const canvas = document.createElement("canvas");
    canvas.className = "leaflet-tile";
    this.#render(coords, canvas).then(
      () => done(undefined, canvas),
      (error) => done(error, canvas),
    );
    return canvas;
  }

  #makeLabelers() {
    const scratch = document.createElement("canvas").getContext("2d");
    if (!scratch) throw new Error("this browser draws no canvas");
    const stale = (/** @type {Set<string>} */ keys) => this.#repaintSoon(keys);
    return new Labelers(scratch, this.#drawing?.labels ?? [], LABELLED_TILES, stale);
  }

  /** @returns {{coords: L.Coords, el: HTMLCanvasElement}[]} */
  #tiles() {
    return Object.values(/** @type {any} */ (this)._tiles ?? {});
  }

  /** @param {Set<string>} keys as the labeller writes them: x:y:z, of 256-pixel tiles */
  #repaintSoon(keys) {
    const first = this.#stale.size === 0;
    for (const key of keys) this.#stale.add(key);
    if (!first) return;
    setTimeout(() => {
      const due = new Set(this.#stale);
      this.#stale.clear();
      for (const { coords, el } of this.#tiles()) {
        if (due.has(`${coords.x}:${coords.y}:${coords.z}`)) void this.#render(coords, el);
      }
    }, SETTLE_MS);
  }

  /** @param {L.Coords} coords @param {HTMLCanvasElement} canvas */
  async #render(coords, canvas) {
    const drawing = this.#drawing;
    const prepared = await this.#prepare(coords);
    await this.#ready;
    // Meanwhile something newer may have been asked for: it paints this canvas itself.
    if (drawing !== this.#drawing || canvas.width === 0) return;
    const labelers = this.#labelers;
    labelers.add(coords.z, prepared);
    this.#paintTile(coords, canvas, prepared, labelers.getIndex(coords.z) ?? null);
  }

  /** @param {L.Coords} coords @returns {Promise<Map<string, PreparedTile[]>>} of each source that answered */
  async #prepare(coords) {
    /** @type {Map<string, PreparedTile[]>} */
    const prepared = new Map();
    const asked = [...this.#views].map(async ([name, { view }]) => {
      try {
        prepared.set(name, [await view.getDisplayTile(coords)]);
      } catch (error) {
        if (!(error instanceof DOMException && error.name === "AbortError")) this.fire("sourcefail", { name, error });
      }
    });
    await Promise.all(asked);
    return prepared;
  }

  /**
   * @param {L.Coords} coords
   * @param {HTMLCanvasElement} canvas
   * @param {Map<string, PreparedTile[]>} prepared
   * @param {import("protomaps-leaflet").Index | null} labels
   */
  #paintTile(coords, canvas, prepared, labels) {
    const scale = Math.max(1, window.devicePixelRatio || 1);
    canvas.width = canvas.height = TILE_PX * scale;
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.fillStyle = this.#drawing.background;
    pen.fillRect(0, 0, TILE_PX, TILE_PX);
    const left = TILE_PX * coords.x;
    const top = TILE_PX * coords.y;
    const box = {
      minX: left - REACH_PX,
      minY: top - REACH_PX,
      maxX: left + TILE_PX + REACH_PX,
      maxY: top + TILE_PX + REACH_PX,
    };
    paint(pen, coords.z, prepared, labels, this.#drawing.paint, box, /** @type {any} */ ({ x: left, y: top }), false);
  }
}
