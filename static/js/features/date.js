// @ts-check
/** The day that zoning is shown for: typed in the calendar of the page's language. */

import { readInteger } from "../lib/digits.js";
import { need } from "../lib/dom.js";
import { dayInWords, formatDay, fromGregorian, fromJalali, monthNames, parseDay, toGregorian, toJalali } from "../lib/jalali.js";
import { localDigits } from "../lib/digits.js";

/**
 * @param {import("leaflet").Map} _map
 * @param {import("../state.js").State} state
 * @param {Page} page
 */
export function install(_map, state, page) {
  const form = /** @type {HTMLFormElement} */ (need("#date-form"));
  fillMonths(form, page.config.lang);
  const show = () => tell(form, state.now.on, page);
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    choose(form, state, page);
  };
  const today = (/** @type {Event} */ event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-today]")) return;
    state.set({ on: null, popover: null, placeTold: false, saying: page.say("date.today") });
  };
  const off = state.on(["on"], show);
  form.addEventListener("submit", submit);
  form.addEventListener("click", today);
  show();
  return () => {
    off();
    form.removeEventListener("submit", submit);
    form.removeEventListener("click", today);
  };
}

/** @param {HTMLFormElement} form @param {string} lang */
function fillMonths(form, lang) {
  const options = monthNames(lang).map((name, index) => new Option(name, String(index + 1)));
  field(form, "month").replaceChildren(...options);
}

/** @param {HTMLFormElement} form @param {string} name */
function field(form, name) {
  return /** @type {HTMLInputElement | HTMLSelectElement} */ (form.elements.namedItem(name));
}

/** @param {HTMLFormElement} form @param {string | null} on @param {Page} page */
function tell(form, on, { config, say }) {
  const date = /** @type {Date} */ (parseDay(on ?? "") ?? parseDay(config.today));
  const { year, month, day } = config.calendar === "persian" ? toJalali(date) : toGregorian(date);
  field(form, "day").value = localDigits(day, config.lang);
  field(form, "month").value = String(month);
  field(form, "year").value = localDigits(year, config.lang);
  const words = dayInWords(date, config.lang);
  need("#date-shown").textContent = on ? words : say("date.today");
  document.body.classList.toggle("on-another-day", on !== null);
}

/** @param {HTMLFormElement} form @param {import("../state.js").State} state @param {Page} page */
function choose(form, state, { config, say }) {
  const typed = { year: readInteger(field(form, "year").value), month: Number(field(form, "month").value), day: readInteger(field(form, "day").value) };
  const date = config.calendar === "persian" ? fromJalali(typed) : fromGregorian(typed);
  const error = need("#date-error");
  error.hidden = date !== null;
  error.textContent = date ? "" : say("date.bad");
  field(form, "day").setAttribute("aria-invalid", String(date === null));
  if (!date) return field(form, "day").focus();
  const iso = formatDay(date);
  const on = iso === config.today ? null : iso;
  const layers = state.now.layers.includes("zoning") ? state.now.layers : [...state.now.layers, "zoning"];
  state.set({ on, layers, popover: null, placeTold: false, saying: say("date.on", { day: dayInWords(date, config.lang) }) });
  return undefined;
}
