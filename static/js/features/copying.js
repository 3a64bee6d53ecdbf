// @ts-check
/** Buttons that copy a text of the page. */

const SHOWN_MS = 3000;

/** @param {Element} source @returns {string} one line for each item of a list */
export function textOf(source) {
  const items = [...source.querySelectorAll("li")];
  const texts = items.length ? items : [source];
  return texts.map((each) => (each.textContent ?? "").trim()).join("\n");
}

/** @param {ParentNode} within */
export function installCopying(within) {
  for (const button of within.querySelectorAll("[data-copy]")) {
    const source = document.getElementById(button.getAttribute("data-copy") ?? "");
    if (!source || !navigator.clipboard) {
      button.toggleAttribute("hidden", true);
      continue;
    }
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(textOf(source));
      say(button, true);
      setTimeout(() => say(button, false), SHOWN_MS);
    });
  }
}

/** @param {Element} button @param {boolean} isDone */
function say(button, isDone) {
  for (const face of button.querySelectorAll("[data-when]")) {
    face.toggleAttribute("hidden", (face.getAttribute("data-when") === "done") !== isDone);
  }
}
