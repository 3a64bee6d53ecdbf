// @ts-check
/** The inspector's pages: a visit is sent, or kept on the device until there is a line; and where the device is. */
import { element, iconButton, need } from "../lib/dom.js";
import { openShelf, sendVisit, sendWaiting } from "../lib/visits.js";
import { speaker } from "../lib/words.js";

/** @typedef {import("../lib/visits.js").Kept} Kept @typedef {import("../lib/visits.js").Shelf} Shelf @typedef {import("../lib/words.js").Say} Say */

/** @param {Document} page */
export async function installInspecting(page) {
  const box = page.querySelector("[data-visits]");
  if (!(box instanceof HTMLElement)) return;
  const say = speaker(JSON.parse(box.dataset.words ?? "{}"), page.documentElement.lang);
  const tell = (/** @type {string} */ words) => (need("[data-visits-said]", page).textContent = words);
  installPosition(page, say, tell);
  const shelf = await openShelf();
  const token = () => page.querySelector("input[name=csrf_token]")?.getAttribute("value") ?? "";
  const send = (/** @type {Kept} */ visit) => sendVisit(visit, token());
  const show = async () => showWaiting(box, await shelf.all(), say, async (key) => {
    await shelf.remove(key);
    await show();
  });
  /** @type {Promise<unknown>} */
  let turn = Promise.resolve();
  // One after the other: a line that flickers would else send the same twice at once.
  const flush = () => (turn = turn.then(() => flushAll(shelf, send, say, tell)).then(show));
  page.querySelector("form[data-visit]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    turn = turn.then(() => enter(form, shelf, send, say, tell)).then(show);
  });
  need("[data-visits-send]", box).addEventListener("click", flush);
  window.addEventListener("online", flush);
  await flush();
}

/** @param {Shelf} shelf @param {(visit: Kept) => Promise<any>} send @param {Say} say @param {(words: string) => void} tell */
async function flushAll(shelf, send, say, tell) {
  const { sent, isSignedOut } = await sendWaiting(shelf, send);
  if (isSignedOut) tell(say("signed_out"));
  else if (sent) location.reload();
}

/** @param {HTMLFormElement} form @param {Shelf} shelf @param {(visit: Kept) => Promise<any>} send @param {Say} say @param {(words: string) => void} tell */
async function enter(form, shelf, send, say, tell) {
  const at = /** @type {HTMLInputElement} */ (need("input[name=at]", form));
  at.value = new Date().toISOString();
  const fields = /** @type {[string, string | File][]} */ ([...new FormData(form)].filter(([, value]) => !(value instanceof File) || value.size > 0));
  const key = String(fields.find(([name]) => name === "key")?.[1]);
  const visit = { key, name: form.dataset.name ?? "", address: form.action, fields };
  // Kept before it is sent: a phone that dies in between has lost nothing.
  await shelf.put(visit);
  const answer = await send(visit);
  if (answer.isTaken) {
    await shelf.remove(key);
    location.reload();
  } else if (answer.isLost || answer.isSignedOut) {
    tell(say(answer.isSignedOut ? "signed_out" : "kept"));
    form.reset();
    /** @type {HTMLInputElement} */ (need("input[name=key]", form)).value = crypto.randomUUID();
  } else {
    await shelf.remove(key);
    tell(say("refused", { why: answer.message }));
  }
}

/** @param {HTMLElement} box @param {Kept[]} waiting @param {Say} say @param {(key: string) => void} remove */
function showWaiting(box, waiting, say, remove) {
  box.hidden = waiting.length === 0;
  const lines = waiting.map((visit) => {
    const away = iconButton("trash-2", say("remove"));
    away.addEventListener("click", () => remove(visit.key));
    const told = visit.why ? say("refused", { why: visit.why }) : say("waiting");
    return element("li", {}, element("bdi", {}, visit.name), " ", element("span", { class: "quiet" }, told), away);
  });
  need("[data-visits-list]", box).replaceChildren(...lines);
}

/** @param {Document} page @param {Say} say @param {(words: string) => void} tell */
function installPosition(page, say, tell) {
  const put = (/** @type {ParentNode} */ form, /** @type {GeolocationCoordinates} */ coords) => {
    for (const [name, value] of Object.entries({ lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy })) {
      const input = form.querySelector(`input[name=${name}]`);
      if (input instanceof HTMLInputElement) input.value = String(value);
    }
  };
  const ask = (/** @type {(coords: GeolocationCoordinates) => void} */ then) => {
    if (!navigator.geolocation) return void tell(say("lost"));
    tell(say("finding"));
    const options = { enableHighAccuracy: true, timeout: 15_000, maximumAge: 10_000 };
    navigator.geolocation.getCurrentPosition(({ coords }) => then(coords), () => tell(say("lost")), options);
  };
  page.querySelector("[data-position]")?.addEventListener("click", () =>
    ask((coords) => {
      put(need("form[data-visit]", page), coords);
      tell(say("found", { n: Math.ceil(coords.accuracy) }));
    }),
  );
  const near = page.querySelector("form[data-near]");
  near?.addEventListener("submit", (event) => {
    event.preventDefault();
    ask((coords) => {
      put(near, coords);
      /** @type {HTMLFormElement} */ (near).submit();
    });
  });
}
