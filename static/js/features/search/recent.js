// @ts-check
/** Recent searches under the empty field: each can be searched again or removed, or all at once. */

import { element, icon } from "../../lib/dom.js";

export class RecentPanel {
  /**
   * @param {HTMLElement} card that the panel is put into
   * @param {HTMLInputElement} input
   * @param {import("../../lib/recent.js").RecentSearches} recent
   * @param {{say: Page["say"], tell: (words: string) => void, search: (query: string) => void}} page
   */
  constructor(card, input, recent, { say, tell, search }) {
    this.input = input;
    this.recent = recent;
    this.say = say;
    this.tell = tell;
    this.search = search;
    this.panel = element("section", { class: "recent", id: "recent", "aria-labelledby": "recent-title", hidden: true });
    card.append(this.panel);
    this.panel.addEventListener("click", (event) => this.#click(event));
    this.panel.addEventListener("keydown", (event) => this.#key(event));
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  /** Shown only where there is something to show, and nothing typed. */
  follow() {
    const queries = this.input.value ? [] : this.recent.list();
    this.panel.replaceChildren(...(queries.length ? this.#content(queries) : []));
    this.panel.hidden = !queries.length;
  }

  hide() {
    this.panel.hidden = true;
  }

  /** @returns {boolean} whether there was one to go to */
  focusFirst() {
    const first = this.panel.querySelector("button");
    if (!this.isOpen || !first) return false;
    first.focus();
    return true;
  }

  remove() {
    this.panel.remove();
  }

  /** @param {string[]} queries */
  #content(queries) {
    const title = element("h2", { id: "recent-title", class: "suggestion-group quiet" }, this.say("search.recent"));
    const lines = queries.map((query) => {
      const again = element("button", { type: "button", class: "recent-query", "data-again": query }, icon("history"), element("bdi", {}, query));
      const label = this.say("search.forget", { query });
      const forget = element("button", { type: "button", class: "quiet-button square", "data-forget": query, "aria-label": label }, icon("x"));
      return element("li", {}, again, forget);
    });
    const all = element("button", { type: "button", class: "quiet-button", "data-forget-all": true }, this.say("search.forget_all"));
    const kept = element("span", { class: "quiet" }, this.say("search.kept_here"));
    return [title, element("ul", {}, ...lines), element("p", { class: "recent-foot" }, kept, all)];
  }

  /** @param {Event} event */
  #click(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const again = button?.getAttribute("data-again");
    const query = button?.getAttribute("data-forget");
    if (again) return this.search(again);
    if (query) return this.#forget(query);
    if (button?.hasAttribute("data-forget-all")) {
      this.recent.clear();
      this.#forgotten(0);
    }
    return undefined;
  }

  /** @param {string} query */
  #forget(query) {
    const at = this.recent.list().indexOf(query);
    this.recent.remove(query);
    this.#forgotten(at);
  }

  /** The focus goes on to the next one, or back to the field. @param {number} at */
  #forgotten(at) {
    this.tell(this.say("search.forgotten"));
    this.follow();
    const left = [...this.panel.querySelectorAll("button[data-forget]")];
    const next = left[Math.min(at, left.length - 1)];
    (next instanceof HTMLElement ? next : this.input).focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      this.input.focus();
      this.hide();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const lines = [...this.panel.querySelectorAll("li")];
    const at = lines.findIndex((line) => line.contains(document.activeElement)) + step;
    const next = at < 0 ? this.input : lines[Math.min(at, lines.length - 1)]?.querySelector("button");
    next?.focus();
  }
}
