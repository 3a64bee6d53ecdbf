// @ts-check
/** Boxes drawn on the pages of a paper. The rows of the form are the truth: what is drawn becomes a row, and is seen. */
import { boxBetween, readBox } from "../../lib/boxes.js";
import { element, need } from "../../lib/dom.js";
import { speaker } from "../../lib/words.js";

const SIDES = /** @type {const} */ (["left", "top", "width", "height"]);
const FIRST = { left: 10, top: 10, width: 30, height: 5 };

/** @param {ParentNode} within */
export function installBlackening(within) {
  const page = within.querySelector("[data-blacken]");
  if (!(page instanceof HTMLElement)) return;
  const rows = need("[data-boxes]", page);
  rows.replaceChildren();
  const draw = () => drawAll(page, rows);
  for (const sheet of page.querySelectorAll("[data-page]")) {
    if (sheet instanceof HTMLElement) installSheet(sheet, (box) => addRow(page, rows, Number(sheet.dataset.page), box));
  }
  need("[data-add]", page).addEventListener("click", () => addRow(page, rows, 1, FIRST).querySelector("input")?.focus());
  rows.addEventListener("input", draw);
  rows.addEventListener("click", (event) => {
    const away = event.target instanceof Element ? event.target.closest("[data-remove]") : null;
    if (!away) return;
    away.closest("[data-box]")?.remove();
    draw();
    need("[data-add]", page).focus();
  });
  draw();
}

/** @param {HTMLElement} page @param {HTMLElement} rows @param {number} number @param {import("../../lib/boxes.js").Box} box */
function addRow(page, rows, number, box) {
  const template = page.querySelector("template");
  if (!template) throw new Error("the page lacks the row of a box");
  rows.append(document.importNode(template.content, true));
  const row = /** @type {HTMLElement} */ (rows.lastElementChild);
  inputOf(row, "page").value = String(number);
  for (const side of SIDES) inputOf(row, side).value = String(box[side]);
  drawAll(page, rows);
  return row;
}

/** @param {HTMLElement} row @param {string} name */
function inputOf(row, name) {
  return /** @type {HTMLInputElement} */ (need(`[name=${name}]`, row));
}

/** @param {HTMLElement} page @param {HTMLElement} rows */
function drawAll(page, rows) {
  const lang = document.documentElement.lang;
  const say = speaker({ box: page.dataset.boxName ?? "", said: page.dataset.said ?? "" }, lang);
  for (const old of page.querySelectorAll(".black-box:not(.is-drawn)")) old.remove();
  const all = [...rows.querySelectorAll("[data-box]")].filter((row) => row instanceof HTMLElement);
  all.forEach((row, at) => {
    const typed = Object.fromEntries(SIDES.map((side) => [side, inputOf(row, side).value]));
    const box = readBox(/** @type {any} */ (typed));
    const sheet = page.querySelector(`[data-page="${Number(inputOf(row, "page").value) || 0}"]`);
    if (!box || !sheet) return;
    const shown = element("span", { class: "black-box", role: "img" });
    shown.setAttribute("aria-label", say("box", { n: at + 1, page: Number(inputOf(row, "page").value) }));
    place(shown, box);
    sheet.append(shown);
  });
  need("[data-count]", page).textContent = say("said", { n: all.length });
}

/** @param {HTMLElement} shown @param {import("../../lib/boxes.js").Box} box */
function place(shown, box) {
  // Pages have no direction: left is left, in Persian too.
  for (const side of SIDES) shown.style[side] = `${box[side]}%`;
}

/** @param {HTMLElement} sheet @param {(box: import("../../lib/boxes.js").Box) => void} drawn */
function installSheet(sheet, drawn) {
  /** @type {{from: {x: number, y: number}, shown: HTMLElement} | null} */
  let drawing = null;
  const spot = (/** @type {PointerEvent} */ event) => {
    const frame = sheet.getBoundingClientRect();
    return { x: (event.clientX - frame.left) / frame.width, y: (event.clientY - frame.top) / frame.height };
  };
  sheet.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    sheet.setPointerCapture(event.pointerId);
    drawing = { from: spot(event), shown: element("span", { class: "black-box is-drawn", hidden: true }) };
    sheet.append(drawing.shown);
  });
  sheet.addEventListener("pointermove", (event) => {
    const box = drawing && boxBetween(drawing.from, spot(event));
    if (!drawing) return;
    drawing.shown.hidden = !box;
    if (box) place(drawing.shown, box);
  });
  const end = (/** @type {PointerEvent} */ event) => {
    if (!drawing) return;
    const box = event.type === "pointerup" ? boxBetween(drawing.from, spot(event)) : null;
    drawing.shown.remove();
    drawing = null;
    if (box) drawn(box);
  };
  sheet.addEventListener("pointerup", end);
  sheet.addEventListener("pointercancel", end);
}
