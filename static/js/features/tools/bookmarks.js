// @ts-check
/** Saved places: kept on this device only, named, renamed, taken away, and carried to another device as a file. */

import { element, iconButton } from "../../lib/dom.js";
import { readSeen, writeSeen } from "../../lib/permalink.js";
import { joined, readPlaces, renamed, STORE_KEY, withPlace, writeFile } from "../../lib/saved-places.js";
import { defaultLayers } from "../permalink.js";

/** @typedef {import("../../lib/saved-places.js").SavedPlace} SavedPlace */

const LARGEST_FILE = 1_000_000;

/** @type {import("../tools.js").Install} */
export function install(_map, state, page, body) {
  const shelf = new Shelf(state, page, body);
  const other = (/** @type {StorageEvent} */ event) => {
    if (event.key === STORE_KEY) shelf.show();
  };
  addEventListener("storage", other);
  shelf.show();
  return () => removeEventListener("storage", other);
}

class Shelf {
  /** Which one's name is being changed. */
  #naming = -1;

  /** @param {import("../../state.js").State} state @param {Page} page @param {HTMLElement} body */
  constructor(state, page, body) {
    this.state = state;
    this.say = page.say;
    this.defaults = defaultLayers(page.config);
    this.body = body;
  }

  /** @returns {SavedPlace[] | null} null when the device refuses to keep anything */
  #read() {
    try {
      return readPlaces(localStorage.getItem(STORE_KEY)) ?? [];
    } catch {
      return null;
    }
  }

  /** @param {SavedPlace[]} places @param {string} told */
  #write(places, told) {
    try {
      localStorage.setItem(STORE_KEY, JSON.stringify(places));
    } catch {
      this.state.set({ notice: { words: this.say("saved.refused") } });
      return;
    }
    this.show();
    this.state.set({ saying: told });
  }

  show() {
    const places = this.#read();
    if (!places) {
      this.body.replaceChildren(element("p", { class: "no-data" }, this.say("saved.refused")));
      return;
    }
    const list = places.length
      ? element("ul", { class: "saved" }, ...places.map((place, at) => (at === this.#naming ? this.#namingItem(place, at) : this.#item(place, at))))
      : element("p", { class: "empty" }, this.say("saved.none"));
    this.body.replaceChildren(this.#form(), list, this.#carrying(places), element("p", { class: "quiet" }, this.say("saved.where")));
  }

  #form() {
    const name = /** @type {HTMLInputElement} */ (element("input", { id: "saved-name", maxlength: "120", autocomplete: "off", dir: "auto", required: true }));
    name.value = this.#suggestion();
    const save = element("button", { type: "submit", class: "button" }, this.say("saved.save"));
    const form = element("form", { class: "saved-form" }, element("label", { for: "saved-name" }, this.say("saved.name")), element("div", { class: "field-row" }, name, save));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const place = { name: name.value, seen: writeSeen(this.state.now, this.defaults) };
      if (name.value.trim()) this.#write(withPlace(this.#read() ?? [], place), this.say("saved.saved", { name: name.value.trim() }));
    });
    return form;
  }

  /** What is open has a name already. */
  #suggestion() {
    return document.querySelector("#place h1")?.textContent?.trim().replace(/\s+/g, " ") ?? "";
  }

  /** @param {SavedPlace} place @param {number} at */
  #item(place, at) {
    const open = element("a", { href: `/${place.seen}`, class: "saved-name" }, element("bdi", {}, place.name));
    open.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#open(place);
    });
    const change = this.#small("pencil", this.say("saved.rename", { name: place.name }));
    change.addEventListener("click", () => {
      this.#naming = at;
      this.show();
      const field = this.body.querySelector("input.renaming");
      if (field instanceof HTMLInputElement) field.select();
    });
    const away = this.#small("x", this.say("saved.remove", { name: place.name }));
    away.addEventListener("click", () => {
      this.#write((this.#read() ?? []).filter((_each, index) => index !== at), this.say("saved.removed", { name: place.name }));
      this.#focusTitle();
    });
    return element("li", {}, open, change, away);
  }

  /** @param {SavedPlace} place @param {number} at */
  #namingItem(place, at) {
    const label = this.say("saved.rename", { name: place.name });
    const name = /** @type {HTMLInputElement} */ (element("input", { class: "renaming", maxlength: "120", autocomplete: "off", dir: "auto", "aria-label": label }));
    name.value = place.name;
    const form = element("form", { class: "field-row" }, name, element("button", { type: "submit", class: "button" }, this.say("saved.keep")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#naming = -1;
      this.#write(renamed(this.#read() ?? [], at, name.value), this.say("saved.renamed", { name: name.value.trim() }));
      this.#focusTitle();
    });
    return element("li", {}, form);
  }

  /** @param {string} name @param {string} words */
  #small(name, words) {
    const button = iconButton(name, words);
    button.classList.add("square");
    button.querySelector("span")?.classList.add("visually-hidden");
    return button;
  }

  /** @param {SavedPlace} place */
  #open({ name, seen }) {
    const { view, ...rest } = readSeen(seen, this.defaults);
    this.state.set({ ...rest, placeAnchor: null, placeTold: false, saying: name, ...(view ? { fly: view } : {}) });
  }

  /** @param {SavedPlace[]} places */
  #carrying(places) {
    const exporting = iconButton("download", this.say("saved.export"), { disabled: !places.length });
    exporting.addEventListener("click", () => saveFile(writeFile(this.#read() ?? []), "shahrnama-places.json"));
    const file = /** @type {HTMLInputElement} */ (element("input", { type: "file", accept: ".json,application/json", class: "visually-hidden", tabindex: "-1", "aria-label": this.say("saved.import") }));
    const importing = iconButton("upload", this.say("saved.import"));
    importing.addEventListener("click", () => file.click());
    file.addEventListener("change", () => void this.#import(file));
    return element("div", { class: "tool-buttons" }, exporting, importing, file);
  }

  /** @param {HTMLInputElement} input */
  async #import(input) {
    const [file] = input.files ?? [];
    if (!file) return;
    const read = file.size <= LARGEST_FILE ? readPlaces(await file.text()) : null;
    input.value = "";
    if (!read) {
      this.state.set({ notice: { words: this.say("saved.not_ours") } });
      return;
    }
    const before = this.#read() ?? [];
    const after = joined(before, read);
    this.#write(after, this.say("saved.imported", { n: after.length - before.length }));
  }

  #focusTitle() {
    const title = document.querySelector("#tool-title");
    if (title instanceof HTMLElement) title.focus({ preventScroll: true });
  }
}

/** @param {string} text @param {string} name */
function saveFile(text, name) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = element("a", { href: url, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
