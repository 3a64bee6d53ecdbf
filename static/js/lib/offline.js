// @ts-check
/** The page's side of the service worker: has it started, tells how old a kept page is, lists what is kept. */

import { element } from "./dom.js";
import { dayInWords } from "./jalali.js";

const CALM_MS = 1500;
const PAGES = "seen-pages";

/** @param {string} iso a moment @param {string} lang @returns {string} its day and hour where the reader is */
export function momentInWords(iso, lang) {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return "";
  const local = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  const hour = new Intl.DateTimeFormat(lang === "fa" ? "fa-IR" : "en-GB", { timeZone: "UTC", hour: "2-digit", minute: "2-digit", hour12: false });
  return `${dayInWords(local, lang)}${lang === "fa" ? "،" : ","} ${hour.format(local)}`;
}

/** On pages without a map. @param {Document} page */
export function installOffline(page) {
  tellAge(page);
  startWorker(page);
  if ("caches" in globalThis && page.querySelector("#kept")) void showKept(page);
}

/** Start the worker once the page has come to rest: the first sight of the city is worth more. @param {Document} page */
export function startWorker(page) {
  if (!("serviceWorker" in navigator)) return;
  const begin = () => setTimeout(() => void start(page), CALM_MS);
  if (page.readyState === "complete") begin();
  else addEventListener("load", begin, { once: true });
}

/** @param {Document} page */
async function start(page) {
  const isFirst = !navigator.serviceWorker.controller;
  try {
    await navigator.serviceWorker.register("/service-worker.js");
    const { active } = await navigator.serviceWorker.ready;
    if (isFirst) active?.postMessage({ keep: fetchedUntilNow(), lang: page.documentElement.lang });
  } catch {
    // Without it everything works, only not without a line.
  }
}

/** @returns {string[]} what this page is made of, to be had again from the browser's own cache */
function fetchedUntilNow() {
  const connection = /** @type {{saveData?: boolean} | undefined} */ (/** @type {any} */ (navigator).connection);
  if (connection?.saveData) return [];
  return [location.href, ...new Set(performance.getEntriesByType("resource").map(({ name }) => name))];
}

/** @param {Document} page */
function tellAge(page) {
  const { keptAt } = page.documentElement.dataset;
  const notice = page.querySelector("#kept-notice");
  if (!keptAt || !(notice instanceof HTMLElement)) return;
  notice.textContent = aged(notice.dataset.words, keptAt, page.documentElement.lang);
  notice.hidden = false;
}

/** @param {string | undefined} words @param {string} keptAt @param {string} lang */
function aged(words, keptAt, lang) {
  return (words ?? "").replace("%(day)s", momentInWords(keptAt, lang));
}

/** @param {Document} page */
async function showKept(page) {
  const list = /** @type {HTMLElement} */ (page.querySelector("#kept-pages"));
  const reveal = (/** @type {string} */ selector, /** @type {boolean} */ shown) => page.querySelector(selector)?.toggleAttribute("hidden", !shown);
  reveal("#offline-now", !location.pathname.startsWith("/offline"));
  const lang = page.documentElement.lang;
  const items = await listKept(lang, (at) => aged(list.dataset.since, at, lang));
  list.replaceChildren(...items);
  reveal("#kept", items.length > 0);
  reveal("#kept-none", items.length === 0);
  page.querySelector("#offline-retry")?.addEventListener("click", () => location.reload());
  page.querySelector("#kept-forget")?.addEventListener("click", async () => {
    await forgetAll();
    list.replaceChildren();
    reveal("#kept", false);
    reveal("#kept-none", true);
  });
}

/** @param {string} lang @param {(keptAt: string) => string} since @returns {Promise<HTMLElement[]>} the last seen first, each thing once */
async function listKept(lang, since) {
  const cache = await caches.open(PAGES);
  /** @type {Map<string, HTMLElement>} */
  const items = new Map();
  for (const { url } of [...(await cache.keys())].reverse()) {
    const { pathname, searchParams } = new URL(url);
    const answer = pathname !== "/" && searchParams.get("lang") === lang ? await cache.match(url) : undefined;
    if (!answer?.headers.get("Content-Type")?.startsWith("text/html")) continue;
    const kept = new DOMParser().parseFromString(await answer.text(), "text/html");
    const name = kept.querySelector("h1, h2")?.textContent?.trim().replace(/\s+/g, " ");
    const href = addressOf(pathname, searchParams);
    const isWhole = !searchParams.has("panel");
    if (!name || (items.has(name) && !isWhole)) continue;
    const age = element("span", { class: "quiet" }, since(answer.headers.get("X-Kept-At") ?? ""));
    items.set(name, element("li", {}, element("a", { href }, name), " ", age));
  }
  return [...items.values()];
}

/** @param {string} pathname @param {URLSearchParams} query @returns {string} a part of the map's paper opens on the map */
function addressOf(pathname, query) {
  if (!query.has("panel")) return `${pathname}?${query}`;
  const [lang, on] = [query.get("lang") ?? "", query.get("on")];
  const number = pathname.startsWith("/parcels/") ? decodeURIComponent(pathname.slice("/parcels/".length)) : null;
  const told = new URLSearchParams({ lang });
  if (number) told.set("parcel", number);
  else told.set("at", `${query.get("lon")},${query.get("lat")}`);
  if (on) told.set("on", on);
  return `/?${told}`;
}

/** @returns {Promise<unknown>} */
async function forgetAll() {
  const worker = (await navigator.serviceWorker.ready).active;
  const { port1, port2 } = new MessageChannel();
  const done = new Promise((resolve) => (port1.onmessage = resolve));
  worker?.postMessage({ forget: true }, [port2]);
  return done;
}
