// @ts-check
/** Suggestions under the field that a parcel is searched by; choosing one sends the form, as its own buttons do. */
import { search } from "../../api.js";
import { debounce, element } from "../../lib/dom.js";
import { SuggestionList } from "../search/suggestions.js";

const TYPING_MS = 180;

/** @typedef {import("../../api.js").Found} Found */

/** @param {ParentNode} within */
export function installParcelSearch(within) {
  const field = within.querySelector("[data-parcel-search]");
  const input = field?.querySelector("input");
  if (field instanceof HTMLElement && input instanceof HTMLInputElement && input.form) new ParcelSearch(field, input, input.form).listen();
}

class ParcelSearch {
  /** @type {Found[]} */
  #found = [];
  /** @type {AbortController | null} */
  #asking = null;

  /** @param {HTMLElement} field @param {HTMLInputElement} input @param {HTMLFormElement} form */
  constructor(field, input, form) {
    this.field = field;
    this.input = input;
    this.form = form;
    const box = element("div", { class: "suggestions", id: "parcel-suggestions", role: "listbox", hidden: true });
    this.title = field.querySelector("label")?.textContent ?? "";
    box.setAttribute("aria-label", this.title);
    field.append(box);
    this.list = new SuggestionList(box, input);
    this.ask = debounce(() => void this.#ask(), TYPING_MS);
  }

  listen() {
    const told = { role: "combobox", "aria-expanded": "false", "aria-controls": "parcel-suggestions", "aria-autocomplete": "list" };
    for (const [name, value] of Object.entries(told)) this.input.setAttribute(name, value);
    const { list } = this.list;
    this.input.addEventListener("input", () => this.ask());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => this.#take(this.list.indexAt(event.target)));
    this.input.addEventListener("blur", () => this.list.expand(false));
  }

  async #ask() {
    this.#asking?.abort();
    const query = this.input.value.trim();
    if (!query) return this.list.show([]);
    const asking = (this.#asking = new AbortController());
    try {
      const { results } = await search(query, null, asking.signal);
      if (asking.signal.aborted) return undefined;
      this.#found = results.filter((each) => each.lon !== null && each.kind !== "zone" && each.kind !== "permit");
      this.list.show([{ title: this.title, options: this.#found }]);
    } catch {
      // Without suggestions the button beside the field still finds.
      if (!asking.signal.aborted) this.list.show([]);
    }
    return undefined;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    if (event.key === "Escape" && this.list.isOpen) {
      this.list.expand(false);
      event.preventDefault();
    } else if (event.key === "Enter" && this.list.isOpen && this.list.active >= 0) {
      event.preventDefault();
      this.#take(this.list.active);
    } else if (this.list.isOpen && this.list.move(event.key)) event.preventDefault();
  }

  /** @param {number} index */
  #take(index) {
    const chosen = this.#found[index];
    if (!chosen) return;
    const isParcel = (chosen.kind === "parcel" || chosen.kind === "address") && chosen.number;
    this.input.value = (isParcel && chosen.number) || chosen.label;
    const at = element("input", { type: "hidden", name: "at", value: `${chosen.lon},${chosen.lat}` });
    if (isParcel) {
      for (const before of this.form.querySelectorAll("input[name=parcel]")) before.remove();
      this.form.append(element("input", { type: "hidden", name: "parcel", value: chosen.number ?? "" }));
    }
    this.form.append(at);
    this.form.submit();
  }
}
