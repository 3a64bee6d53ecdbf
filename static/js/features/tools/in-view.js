// @ts-check
/** What the map shows, as a list that follows the view: the server's own, filtered and paged there. */

import { ApiError, listFragment } from "../../api.js";
import { debounce, element, parseFragment } from "../../lib/dom.js";
import { windowQuery } from "../../lib/window-query.js";
import { boxOf } from "../../map/city-map.js";

const REST_MS = 350;

/** @type {import("../tools.js").Install} */
export function install(map, state, page, body) {
  const list = new InView(map, state, page, body);
  const follow = debounce(() => void list.show(), REST_MS);
  const off = state.on(["view", "layers", "on", "place"], () => {
    list.page = "";
    follow();
  });
  list.begin();
  return () => {
    off();
    follow.cancel();
    list.leave();
  };
}

class InView {
  page = "";
  #only = "";
  #typed = "";
  #asking = new AbortController();

  /** @param {import("leaflet").Map} map @param {import("../../state.js").State} state @param {Page} page @param {HTMLElement} body */
  constructor(map, state, { say }, body) {
    this.map = map;
    this.state = state;
    this.say = say;
    this.list = element("div", { class: "in-view-list", "aria-busy": "true", tabindex: "-1" });
    this.body = body;
  }

  begin() {
    const field = /** @type {HTMLInputElement} */ (element("input", { id: "in-view-q", type: "search", maxlength: "200", dir: "auto", autocomplete: "off" }));
    const type = debounce(() => {
      this.#typed = field.value.trim();
      this.page = "";
      void this.show();
    }, REST_MS);
    field.addEventListener("input", type);
    this.list.addEventListener("click", (event) => this.#turn(event));
    this.body.replaceChildren(element("label", { for: "in-view-q", class: "quiet" }, this.say("in_view.filter")), field, this.list);
    void this.show();
  }

  leave() {
    this.#asking.abort();
  }

  /** Ask anew; what is shown stays until the answer comes. */
  async show() {
    this.#asking.abort();
    const asking = (this.#asking = new AbortController());
    this.list.setAttribute("aria-busy", "true");
    try {
      const section = parseFragment(await listFragment(this.#query(), asking.signal));
      if (!asking.signal.aborted) this.#fill(section);
    } catch (error) {
      if (!asking.signal.aborted) this.#fail(error);
    }
  }

  #query() {
    const query = windowQuery(boxOf(this.map), this.state.now);
    if (this.#only) query.set("only", this.#only);
    if (this.#typed) query.set("q", this.#typed);
    if (this.page) query.set("page", this.page);
    return query;
  }

  /** @param {Element | null} section */
  #fill(section) {
    if (!section?.matches("section.in-view")) throw new ApiError("failed");
    this.list.setAttribute("aria-busy", "false");
    this.list.replaceChildren(section);
    this.state.set({ saying: section.querySelector(".in-view-told")?.textContent?.trim() ?? "" });
  }

  /** @param {unknown} error */
  #fail(error) {
    const kind = error instanceof ApiError ? error.kind : "failed";
    const words = kind === "refused" && error instanceof ApiError && error.message ? error.message : this.say(kind === "offline" ? "tool.offline" : "place.failed");
    this.list.setAttribute("aria-busy", "false");
    this.list.replaceChildren(element("p", { class: "no-data" }, words));
    this.state.set({ saying: words });
  }

  /** Another page, or only one layer: by the fragment's own links, which also work alone. @param {MouseEvent} event */
  #turn(event) {
    const link = event.target instanceof Element ? event.target.closest(".chips a, .pager a") : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const asked = new URL(/** @type {HTMLAnchorElement} */ (link).href).searchParams;
    this.#only = asked.get("only") ?? "";
    this.page = asked.get("page") ?? "";
    void this.show().then(() => this.list.focus({ preventScroll: true }));
    this.body.scrollTop = 0;
  }
}
