// @ts-check
/** Between the pages and the line: keeps what anyone may see, and answers from it when the line is gone. */

import BUILT from "virtual:built";
import { Drawer } from "./offline/drawer.js";
import { KEPT_AT, articleOf, isFarewell, kindOf, markKept, mayKeep, pageKey, tileCell } from "./offline/rules.js";

/** @typedef {Event & {waitUntil(done: Promise<unknown>): void}} Extendable */
/** @typedef {Extendable & {request: Request, preloadResponse: Promise<Response | undefined>, respondWith(answer: Promise<Response>): void}} Asked */

const worker = /** @type {any} */ (self);
const FILES = "files";
const OFFLINE = "offline-pages";
const LANGUAGES = ["fa", "en"];
const tiles = new Drawer("seen-tiles", { count: 1500, bytes: 24_000_000 });
const pages = new Drawer("seen-pages", { count: 80, bytes: 6_000_000 });
/** Where the language of the last page stands: the cookie that tells it is not for scripts. */
const SPOKEN = "/offline?spoken";

/** @param {string} url @returns {string} without the host */
function local(url) {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** Asked without cookies, so that they are what any visitor is told. */
async function prepare() {
  const cache = await caches.open(OFFLINE);
  for (const lang of LANGUAGES) {
    const address = `/offline?lang=${lang}`;
    const answer = await fetch(address, { credentials: "omit", cache: "reload" });
    if (answer.ok) await cache.put(address, answer);
  }
  await worker.skipWaiting();
}

/** Files of an earlier build go; what is seen stays. */
async function settle() {
  const cache = await caches.open(FILES);
  for (const { url } of await cache.keys()) if (!BUILT.includes(new URL(url).pathname)) await cache.delete(url);
  await worker.registration.navigationPreload?.enable();
  await worker.clients.claim();
}

async function forget() {
  await Promise.all([tiles.forget(), pages.forget()]);
}

/** @param {Asked} event @returns {Promise<Response>} */
async function file(event) {
  const cache = await caches.open(FILES);
  const kept = await cache.match(event.request.url);
  if (kept) return kept;
  const answer = await fetch(event.request);
  if (mayKeep("file", answer)) event.waitUntil(cache.put(event.request.url, answer.clone()));
  return answer;
}

/** @param {Asked} event @param {URL} url @returns {Promise<Response>} */
async function tile(event, url) {
  const [cell, address, turn] = [tileCell(url), local(url.href), tiles.turn];
  const kept = await tiles.get(cell, address);
  if (kept) return kept;
  try {
    const answer = await fetch(event.request);
    if (mayKeep("tile", answer)) event.waitUntil(tiles.put(cell, address, answer.clone(), turn));
    return answer;
  } catch (error) {
    const older = await tiles.get(cell);
    if (!older) throw error;
    for (const client of await worker.clients.matchAll()) client.postMessage({ olderTile: older.headers.get(KEPT_AT) });
    return older;
  }
}

/** @param {Asked} event @param {URL} url @param {import("./offline/rules.js").Kind} kind @returns {Promise<Response>} */
async function page(event, url, kind) {
  const { turn } = pages;
  try {
    const answer = (await event.preloadResponse) ?? (await fetch(event.request));
    const lang = answer.headers.get("Content-Language");
    if (lang && event.request.mode === "navigate") event.waitUntil(remember(lang));
    if (mayKeep(kind, answer)) event.waitUntil(keepPage(url, answer.clone(), turn));
    return answer;
  } catch (error) {
    const kept = kind === "page" ? await findPage(url) : undefined;
    if (kept) return kept;
    if (event.request.mode !== "navigate") throw error;
    return offlineAnswer(url);
  }
}

/** @param {URL} url @param {Response} answer @param {number} turn of the drawer when it was asked for */
async function keepPage(url, answer, turn) {
  const key = pageKey(url, answer.headers.get("Content-Language") ?? "");
  await pages.put(key, key, answer, turn);
}

/** @param {string} lang */
async function remember(lang) {
  await (await caches.open(OFFLINE)).put(SPOKEN, new Response(lang));
}

/** @param {URL} url @returns {Promise<string[]>} first the language asked for, then the one last spoken, then the others */
async function languages(url) {
  const last = await (await caches.open(OFFLINE)).match(SPOKEN);
  const asked = url.searchParams.get("lang") ?? (await last?.text()) ?? "";
  const own = worker.navigator.language.slice(0, 2);
  const all = [asked, own, ...LANGUAGES].filter((each) => LANGUAGES.includes(each));
  return [...new Set(all)];
}

/** @param {URL} url @returns {Promise<Response | undefined>} the page as it was, saying so itself */
async function findPage(url) {
  for (const lang of [...(await languages(url)), ""]) {
    const kept = await pages.get(pageKey(url, lang));
    if (!kept) continue;
    const at = kept.headers.get(KEPT_AT) ?? "";
    const isText = kept.headers.get("Content-Type")?.startsWith("text/html");
    return isText ? new Response(markKept(await kept.text(), at), { headers: kept.headers }) : kept;
  }
  return url.searchParams.has("panel") ? findPart(url) : undefined;
}

/** What the map's paper shows, out of the page that tells the same. @param {URL} url @returns {Promise<Response | undefined>} */
async function findPart(url) {
  const whole = new URL(url);
  whole.searchParams.delete("panel");
  const kept = await findPage(whole);
  const at = kept?.headers.get(KEPT_AT);
  const article = kept && at ? articleOf(await kept.text()) : "";
  return article ? new Response(markKept(article, at ?? ""), { headers: kept?.headers }) : undefined;
}

/** @param {URL} url @returns {Promise<Response>} */
async function offlineAnswer(url) {
  const [lang] = await languages(url);
  const answer = await (await caches.open(OFFLINE)).match(`/offline?lang=${lang}`);
  return answer ? new Response(answer.body, { status: 503, headers: answer.headers }) : Response.error();
}

/** What a page fetched before there was a worker, fetched again: most of it lies in the browser's own cache. @param {string[]} urls */
async function catchUp(urls) {
  const { turn } = pages;
  for (const each of urls) {
    // All was removed meanwhile, this with it.
    if (turn !== pages.turn) return;
    const url = new URL(each);
    const kind = url.origin === worker.location.origin ? kindOf(url, false) : "none";
    if (kind === "none" || kind === "elsewhere") continue;
    const answer = await fetch(each, { headers: kind === "page" ? { Accept: "text/html" } : {} }).catch(() => null);
    if (!answer || !mayKeep(kind, answer)) continue;
    if (kind === "file") await (await caches.open(FILES)).put(local(each), answer);
    else if (kind === "tile") await tiles.put(tileCell(url), local(each), answer, turn);
    else await keepPage(url, answer, turn);
  }
}

/** @param {Asked} event */
function answer(event) {
  const url = new URL(event.request.url);
  if (url.origin !== worker.location.origin) return;
  if (isFarewell(event.request.method, url)) event.waitUntil(forget());
  if (event.request.method !== "GET") return;
  const kind = kindOf(url, event.request.mode === "navigate");
  if (kind === "file") event.respondWith(file(event));
  else if (kind === "tile") event.respondWith(tile(event, url));
  else if (kind !== "none") event.respondWith(page(event, url, kind));
}

/** @param {{data: {keep?: string[], lang?: string, forget?: boolean}, ports: readonly MessagePort[]}} message */
async function listen({ data, ports }) {
  if (data.lang) await remember(data.lang);
  if (data.keep) await catchUp(data.keep);
  if (data.forget) await forget();
  ports[0]?.postMessage("done");
}

worker.addEventListener("install", (/** @type {Extendable} */ event) => event.waitUntil(prepare()));
worker.addEventListener("activate", (/** @type {Extendable} */ event) => event.waitUntil(settle()));
worker.addEventListener("fetch", answer);
worker.addEventListener("message", (/** @type {any} */ event) => event.waitUntil(listen(event)));
