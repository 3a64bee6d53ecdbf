// @ts-check
/**
 * The map as it is seen, as one picture: the canvases of the tiles, what is drawn over them, and a strip that says what
 * it is. Made in the browser, since only there is what is seen: the tiles are of this site, so their canvases are clean.
 */

const STRIP_PX = 40;
const EDGE_PX = 12;
/** A picture is no wider than this on screens of many dots: it is to be mailed. */
const MOST_DOTS = 2;

/**
 * @typedef {{
 *   background: string, paper: string, ink: string, font: string, rtl: boolean,
 *   title: string, source: string, scale: {words: string, length_px: number},
 * }} Legend what the strip below the map says, and in which colours
 */

/**
 * @param {HTMLElement} container the map's own element
 * @param {Legend} legend
 * @returns {Promise<HTMLCanvasElement>}
 */
export async function drawPicture(container, legend) {
  const { clientWidth: width, clientHeight: height } = container;
  const dots = Math.min(MOST_DOTS, window.devicePixelRatio || 1);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * dots);
  canvas.height = Math.round((height + STRIP_PX) * dots);
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("no canvas on this device");
  pen.scale(dots, dots);
  pen.fillStyle = legend.background;
  pen.fillRect(0, 0, width, height);
  const origin = container.getBoundingClientRect();
  for (const tile of container.querySelectorAll("canvas")) drawTile(pen, tile, origin);
  for (const overlay of container.querySelectorAll(".leaflet-overlay-pane svg")) await drawOverlay(pen, overlay, origin);
  await document.fonts.ready;
  drawStrip(pen, { width, height }, legend);
  return canvas;
}

/** @param {CanvasRenderingContext2D} pen @param {HTMLCanvasElement} tile @param {DOMRect} origin */
function drawTile(pen, tile, origin) {
  const box = tile.getBoundingClientRect();
  if (!tile.width || !box.width) return;
  pen.globalAlpha = Number(getComputedStyle(tile).opacity);
  pen.drawImage(tile, box.left - origin.left, box.top - origin.top, box.width, box.height);
  pen.globalAlpha = 1;
}

/** The chosen outline and whatever else is drawn as SVG. @param {CanvasRenderingContext2D} pen @param {Element} overlay @param {DOMRect} origin */
async function drawOverlay(pen, overlay, origin) {
  const box = overlay.getBoundingClientRect();
  if (!box.width || !overlay.querySelector("path")) return;
  const copy = /** @type {Element} */ (overlay.cloneNode(true));
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.removeAttribute("style");
  const picture = new Image(box.width, box.height);
  picture.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await picture.decode();
  pen.drawImage(picture, box.left - origin.left, box.top - origin.top, box.width, box.height);
}

/** @param {CanvasRenderingContext2D} pen @param {{width: number, height: number}} map @param {Legend} legend */
function drawStrip(pen, { width, height }, { paper, ink, font, rtl, title, source, scale }) {
  pen.fillStyle = paper;
  pen.fillRect(0, height, width, STRIP_PX);
  pen.fillStyle = ink;
  pen.font = font;
  pen.textBaseline = "middle";
  pen.direction = rtl ? "rtl" : "ltr";
  const [begin, end, middle] = [rtl ? width - EDGE_PX : EDGE_PX, rtl ? EDGE_PX : width - EDGE_PX, height + STRIP_PX / 2];
  const room = width - 3 * EDGE_PX - scale.length_px - pen.measureText(scale.words).width - 8;
  pen.textAlign = "start";
  const both = `${title} · ${source}`;
  if (pen.measureText(both).width <= room) pen.fillText(both, begin, middle);
  else {
    pen.fillText(title, begin, middle - 9, room);
    pen.fillText(source, begin, middle + 9, room);
  }
  pen.textAlign = "end";
  const side = rtl ? 1 : -1;
  pen.fillText(scale.words, end + side * (scale.length_px + 8), middle);
  pen.strokeStyle = ink;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(end, middle - 3);
  pen.lineTo(end, middle + 3);
  pen.lineTo(end + side * scale.length_px, middle + 3);
  pen.lineTo(end + side * scale.length_px, middle - 3);
  pen.stroke();
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {string} name of the file
 */
export async function saveCanvas(canvas, name) {
  const file = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!(file instanceof Blob)) throw new Error("the picture is too large for this device");
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Given time to be read, then forgotten.
  setTimeout(() => URL.revokeObjectURL(address), 30_000);
}
