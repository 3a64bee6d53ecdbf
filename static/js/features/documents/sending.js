// @ts-check
/** The form that adds files to a case: each chosen file has its line, its progress and its own answer. */
import { element, iconButton, need } from "../../lib/dom.js";
import { send } from "../../lib/uploads.js";
import { speaker } from "../../lib/words.js";

const MB = 1_000_000;

/** @typedef {{file: File, line: HTMLElement, said: HTMLElement, bar: HTMLProgressElement}} Chosen */

/** @param {ParentNode} within */
export function installSending(within) {
  const form = within.querySelector("form[data-upload]");
  if (form instanceof HTMLFormElement) installForm(form);
}

/** @param {HTMLFormElement} form */
function installForm(form) {
  const input = /** @type {HTMLInputElement} */ (need("[data-pick]", form));
  const list = need("[data-sending]", form);
  const button = /** @type {HTMLButtonElement} */ (need("button[type=submit]", form));
  const say = speaker(JSON.parse(form.dataset.words ?? "{}"), document.documentElement.lang);
  /** @type {Chosen[]} */
  let chosen = [];

  const show = () => {
    list.hidden = chosen.length === 0;
    // The lines are what is sent: the input is asked for only while there is none.
    input.required = chosen.length === 0;
    list.replaceChildren(...chosen.map(({ line }) => line));
  };
  const remove = (/** @type {Chosen} */ gone) => {
    chosen = chosen.filter((each) => each !== gone);
    show();
    input.focus();
  };
  input.addEventListener("change", () => {
    for (const file of input.files ?? []) chosen.push(lineOf(file, say, remove));
    input.value = "";
    show();
  });
  form.addEventListener("submit", async (event) => {
    if (!chosen.length) return;
    event.preventDefault();
    button.disabled = true;
    const left = await sendAll(form, chosen, say);
    button.disabled = false;
    chosen = left;
    show();
    if (!left.length) location.reload();
  });
}

/** @param {File} file @param {import("../../lib/words.js").Say} say @param {(gone: Chosen) => void} remove @returns {Chosen} */
function lineOf(file, say, remove) {
  const said = element("span", { class: "quiet" }, say("waiting"));
  const bar = /** @type {HTMLProgressElement} */ (element("progress", { max: "1", value: "0", hidden: true }));
  const name = element("bdi", {}, file.name);
  bar.setAttribute("aria-label", file.name);
  const away = iconButton("x", say("remove", { name: file.name }), { class: "quiet-button square" });
  away.querySelector("span")?.classList.add("visually-hidden");
  const line = element("li", {}, element("p", {}, name, " ", said), away, bar);
  const made = { file, line, said, bar };
  away.addEventListener("click", () => remove(made));
  return made;
}

/**
 * One after the other, so that a thin line carries one file whole before the next.
 * @param {HTMLFormElement} form
 * @param {Chosen[]} chosen
 * @param {import("../../lib/words.js").Say} say
 * @returns {Promise<Chosen[]>} those that were not taken
 */
async function sendAll(form, chosen, say) {
  const left = [];
  for (const each of chosen) {
    if (!(await sendOne(form, each, chosen.length === 1, say))) left.push(each);
  }
  return left;
}

/** @param {HTMLFormElement} form @param {Chosen} each @param {boolean} isOnly @param {import("../../lib/words.js").Say} say */
async function sendOne(form, each, isOnly, say) {
  const most = Number(form.dataset.mostMb);
  if (each.file.size > most * MB) return tell(each, say("large", { n: most }), true);
  const fields = new FormData(form);
  fields.delete("file");
  if (!isOnly) fields.delete("title");
  fields.append("file", each.file);
  each.bar.hidden = false;
  const answer = await send(form.action, fields, (share) => {
    each.bar.value = share;
    tell(each, share < 1 ? say("sending", { n: Math.floor(share * 100) }) : say("checking"));
  });
  each.bar.hidden = true;
  if (answer.isDone) {
    tell(each, say("done"));
    return true;
  }
  return tell(each, answer.isLost ? say("offline") : answer.message, true);
}

/** @param {Chosen} each @param {string} words @param {boolean} [isProblem] @returns {false} */
function tell(each, words, isProblem = false) {
  each.said.textContent = words;
  each.said.className = isProblem ? "field-error" : "quiet";
  return false;
}
