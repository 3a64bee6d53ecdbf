// @ts-check
/** The listbox under the search field: results by kind, or what may have been meant instead. */

import { element, icon } from "../../lib/dom.js";

/** @typedef {import("../../api.js").Found} Found */
/** @typedef {import("../../api.js").Suggestion} Suggestion */

/** @type {Record<string, string>} */
const ICONS = { parcel: "map", address: "map-pin", street: "map", facility: "map-pin", permit: "file-text", zone: "layers", coordinates: "locate-fixed" };

export class SuggestionList {
  /** @type {HTMLElement[]} */
  #options = [];
  active = -1;

  /** @param {HTMLElement} list @param {HTMLElement} input */
  constructor(list, input) {
    this.list = list;
    this.input = input;
  }

  get count() {
    return this.#options.length;
  }

  get isOpen() {
    return !this.list.hidden;
  }

  /** What is listed is no longer the answer to what stands in the field; `show` ends that. */
  wait() {
    this.list.setAttribute("aria-busy", "true");
  }

  /** @param {{title: string, options: {label: string, detail?: string, kind?: string}[]}[]} groups the options are counted through all of them */
  show(groups) {
    this.list.setAttribute("aria-busy", "false");
    this.#options = [];
    this.list.replaceChildren(...groups.map((group, at) => this.#group(group, at)));
    this.list.scrollTop = 0;
    this.expand(this.count > 0);
  }

  /** @param {{title: string, options: {label: string, detail?: string, kind?: string}[]}} group @param {number} at */
  #group({ title, options }, at) {
    const id = `suggestions-${at}`;
    const heading = element("div", { id, class: "suggestion-group quiet", role: "presentation" }, title);
    return element("div", { role: "group", "aria-labelledby": id }, heading, ...options.map((each) => this.#option(each)));
  }

  /** @param {{label: string, detail?: string, kind?: string}} option */
  #option({ label, detail, kind }) {
    const at = this.#options.length;
    const words = element("span", { class: "suggestion-words" }, element("bdi", { class: "suggestion-label" }, label));
    if (detail) words.append(" ", element("bdi", { class: "suggestion-detail quiet" }, detail));
    const option = element(
      "div",
      { role: "option", id: `suggestion-${at}`, class: "suggestion", "aria-selected": "false", "data-index": String(at) },
      icon(ICONS[kind ?? ""] ?? "search"),
      words,
    );
    this.#options.push(option);
    return option;
  }

  /** @param {boolean} open */
  expand(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    if (!open) this.activate(-1);
  }

  /** @param {number} index the option that Enter takes; -1 for none */
  activate(index) {
    this.active = index;
    for (const [at, option] of this.#options.entries()) option.setAttribute("aria-selected", String(at === index));
    if (index < 0) return this.input.removeAttribute("aria-activedescendant");
    // The first one brings the name of its group with it.
    const seen = index === 0 ? this.list.firstElementChild?.firstElementChild : this.#options[index];
    seen?.scrollIntoView({ block: "nearest" });
    return this.input.setAttribute("aria-activedescendant", `suggestion-${index}`);
  }

  /**
   * @param {string} key
   * @returns {boolean} whether the key moved through the list
   */
  move(key) {
    if (!this.count) return false;
    const last = this.count - 1;
    const from = this.active;
    if (key === "ArrowDown") this.activate(from >= last ? 0 : from + 1);
    else if (key === "ArrowUp") this.activate(from <= 0 ? last : from - 1);
    // Without an option marked, these two move in the text, as in every field.
    else if (key === "Home" && from >= 0) this.activate(0);
    else if (key === "End" && from >= 0) this.activate(last);
    else return false;
    return true;
  }

  /** @param {EventTarget | null} target @returns {number} the option there, or -1 */
  indexAt(target) {
    const option = target instanceof Element ? target.closest("[data-index]") : null;
    return Number(option?.getAttribute("data-index") ?? -1);
  }
}
