// @ts-check
/** What is asked of our own server, and in which ways it can fail to answer. */

/**
 * `bounds` are west, south, east, north in degrees, `shape` is simplified; both only of what is more than a spot.
 * @typedef {{kind: string, label: string, detail: string, number: string | null, reference?: string, lon: number | null, lat: number | null, url: string,
 *   bounds: [number, number, number, number] | null, shape: GeoJSON.GeoJsonObject | null}} Found
 * @typedef {{label: string, q: string, url: string}} Suggestion
 * @typedef {{results: Found[], suggestions: Suggestion[], tried: string[]}} Answer `tried`: what an empty answer was looked for as, in sentences
 */

export class ApiError extends Error {
  /**
   * @param {"offline" | "refused" | "failed"} kind no connection; the server said no and why; the server could not
   * @param {string} message the server's own words, or empty
   */
  constructor(kind, message = "") {
    super(message);
    this.kind = kind;
  }
}

/**
 * @param {string} url
 * @param {string} accept
 * @param {AbortSignal} [signal]
 * @returns {Promise<Response>} one that went well; else throws ApiError, or AbortError when the asker gave up
 */
async function ask(url, accept, signal) {
  let response;
  try {
    response = await fetch(url, { headers: { Accept: accept }, signal, credentials: "same-origin" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("offline");
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

/** @param {Response} response @returns {Promise<ApiError>} */
async function refusal(response) {
  if (response.status >= 500) return new ApiError("failed");
  const type = response.headers.get("Content-Type") ?? "";
  if (!type.includes("json")) return new ApiError("refused", headingOf(await response.text()));
  const problem = await response.json().catch(() => ({}));
  return new ApiError("refused", typeof problem.title === "string" ? problem.title : "");
}

/** @param {string} html an error page of ours @returns {string} what it says */
function headingOf(html) {
  return new DOMParser().parseFromString(html, "text/html").querySelector("h1")?.textContent?.trim() ?? "";
}

/** @param {string} query @param {string | null} on the day, or today @param {AbortSignal} signal @returns {Promise<Answer>} */
export async function search(query, on, signal) {
  const day = on ? `&on=${on}` : "";
  const response = await ask(`/search?q=${encodeURIComponent(query)}&limit=8${day}`, "application/json", signal);
  const { results, suggestions, tried } = await response.json();
  return { results: results ?? [], suggestions: suggestions ?? [], tried: tried?.told ?? [] };
}

/**
 * @param {import("./lib/permalink.js").Place} place
 * @param {string | null} on the day, or today
 * @param {AbortSignal} signal
 * @returns {Promise<string>} the place as an HTML fragment of our own
 */
export async function placeFragment(place, on, signal) {
  const day = on ? `&on=${on}` : "";
  const url = place.permit
    ? `/permits/${encodePath(place.permit)}?panel=1`
    : place.number
    ? `/parcels/${encodePath(place.number)}?panel=1${day}`
    : `/place?lon=${place.lon}&lat=${place.lat}&panel=1${day}`;
  return (await ask(url, "text/html", signal)).text();
}

/**
 * @param {string} number
 * @param {string | null} on
 * @param {AbortSignal} signal
 * @returns {Promise<GeoJSON.GeoJsonObject>} the parcel's exact shape, in degrees
 */
export async function parcelShape(number, on, signal) {
  const url = `/parcels/${encodePath(number)}.geojson${on ? `?on=${on}` : ""}`;
  return (await ask(url, "application/geo+json, application/json", signal)).json();
}

/**
 * @param {{lon: number, lat: number}} spot
 * @param {string | null} on
 * @param {AbortSignal} signal
 * @returns {Promise<string | null>} the number of the parcel there, if there is one
 */
export async function parcelNumberAt({ lon, lat }, on, signal) {
  const url = `/place.json?lon=${lon}&lat=${lat}${on ? `&on=${on}` : ""}`;
  return (await (await ask(url, "application/json", signal)).json()).parcel?.number ?? null;
}

/**
 * @param {string[]} numbers
 * @param {string | null} on
 * @param {AbortSignal} signal
 * @returns {Promise<string>} the parcels with their sums, as an HTML fragment of our own
 */
export async function selectionFragment(numbers, on, signal) {
  return (await ask(`/selection?${severally(numbers, on)}&panel=1`, "text/html", signal)).text();
}

/** @param {string[]} numbers @param {string | null} on @param {AbortSignal} signal @returns {Promise<GeoJSON.FeatureCollection>} */
export async function selectionShapes(numbers, on, signal) {
  return (await ask(`/selection.geojson?${severally(numbers, on)}`, "application/geo+json", signal)).json();
}

/** @param {string[]} numbers @param {string | null} on */
function severally(numbers, on) {
  return new URLSearchParams([...numbers.map((number) => ["parcel", number]), ...(on ? [["on", on]] : [])]).toString();
}

/** @param {URLSearchParams} query @param {AbortSignal} signal @returns {Promise<string>} what a window shows, as an HTML fragment */
export async function listFragment(query, signal) {
  return (await ask(`/list?${query}&panel=1`, "text/html", signal)).text();
}

/** @param {URLSearchParams} query @param {AbortSignal} signal @returns {Promise<string>} what a window shows, in a sentence */
export async function listTold(query, signal) {
  return (await (await ask(`/list/told.json?${query}`, "application/json", signal)).json()).told ?? "";
}

/** @param {AbortSignal} signal @returns {Promise<Record<string, string>>} what names the present content of each tile source */
export async function revisions(signal) {
  return (await (await ask("/tiles/revisions.json", "application/json", signal)).json()).revisions ?? {};
}

/** @param {string} number may hold slashes, which are part of the path @returns {string} */
export function encodePath(number) {
  return number.split("/").map(encodeURIComponent).join("/");
}
