// @ts-check
/** What a device may keep of the city, under which name, and in which of its drawers. */

/**
 * @typedef {"file" | "tile" | "page" | "elsewhere" | "none"} Kind
 *   file: named by its content; page: one that may be kept, or a part of one; elsewhere: a page never kept
 */

/** The server's own word that an answer is anyone's: no other page is ever kept. */
export const KEEP_HEADER = "Shahrnama-Keep";
export const KEPT_AT = "X-Kept-At";
const FILE = /^\/static\//;
const TILE = /^\/tiles\/[a-z0-9_-]+\/\d+\/\d+\/\d+\.mvt$/;
const PAGE = /^\/(?:$|place$|zoning$|parcels\/)/;
const SIGN_OUT = /^\/account\/(?:logout|sign-out-everywhere|erase)$/;
/** Of the map's address only the day changes what the server says; the rest is read by the browser. */
const TOLD_BY_SERVER = { "/": ["on"], "/place": ["lon", "lat", "on", "panel"], "/zoning": ["on"] };
const OF_A_PARCEL = ["on", "panel"];

/** @param {URL} url @param {boolean} isNavigation @returns {Kind} */
export function kindOf(url, isNavigation) {
  if (FILE.test(url.pathname)) return "file";
  if (TILE.test(url.pathname)) return url.searchParams.has("v") ? "tile" : "none";
  if (PAGE.test(url.pathname) && !/\.(json|pdf|html)$/.test(url.pathname)) return "page";
  return isNavigation ? "elsewhere" : "none";
}

/** @param {string} method @param {URL} url @returns {boolean} whether this ends somebody's turn at this device */
export function isFarewell(method, url) {
  return method === "POST" && SIGN_OUT.test(url.pathname);
}

/** @param {URL} url @param {string} lang @returns {string} the name of a page: its language and what the server is told */
export function pageKey(url, lang) {
  const names = TOLD_BY_SERVER[/** @type {"/"} */ (url.pathname)] ?? OF_A_PARCEL;
  const told = names.filter((name) => url.searchParams.get(name)).map((name) => [name, url.searchParams.get(name) ?? ""]);
  return `${url.pathname}?${new URLSearchParams([...told, ["lang", lang]])}`;
}

/** @param {URL} url @returns {string} the spot, source and day of a tile, whatever its revision */
export function tileCell(url) {
  const on = url.searchParams.get("on");
  return on ? `${url.pathname}?on=${on}` : url.pathname;
}

/** @param {Kind} kind @param {{status: number, redirected: boolean, type: string, headers: Headers}} answer */
export function mayKeep(kind, { status, redirected, type, headers }) {
  if (status !== 200 || redirected || type !== "basic") return false;
  const lasting = headers.get("Cache-Control") ?? "";
  if (kind === "page") return headers.get(KEEP_HEADER) === "anyone" && !/no-store/.test(lasting);
  // A tile asked for by a revision that is no longer the present one is not told to be good for long.
  return (kind === "file" || kind === "tile") && Number(/max-age=(\d+)/.exec(lasting)?.[1] ?? 0) >= 86_400;
}

/** @param {string} html a page or a part of one @param {string} keptAt @returns {string} the same, saying since when it is kept */
export function markKept(html, keptAt) {
  return html.replace(/<(html|article)\b/, `<$1 data-kept-at="${keptAt.replace(/[^0-9TZ:.-]/g, "")}"`);
}

/** @param {string} html a page @returns {string} its article, empty where it has none */
export function articleOf(html) {
  const [begin, end] = [html.search(/<article\b/), html.lastIndexOf("</article>")];
  return begin >= 0 && end > begin ? html.slice(begin, end + "</article>".length) : "";
}
