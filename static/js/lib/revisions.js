// @ts-check
/** What names the content of a tile source: a number of edits, and for zoning the day ("12.20261124"). */

/**
 * @param {Record<string, string>} known
 * @param {Record<string, string>} told
 * @returns {Record<string, string>} the known sources, each with the newer of its revisions; `known` itself if none is
 *   newer. An older one is told by a server that has not heard yet what the page was made from.
 */
export function newest(known, told) {
  const news = Object.entries(told).filter(([source, revision]) => source in known && isNewer(revision, known[source]));
  return news.length ? { ...known, ...Object.fromEntries(news) } : known;
}

/** @param {string} one @param {string} other */
function isNewer(one, other) {
  const ours = other.split(".").map(Number);
  for (const [at, part] of one.split(".").map(Number).entries()) {
    if (part !== (ours[at] ?? 0)) return part > (ours[at] ?? 0);
  }
  return false;
}
