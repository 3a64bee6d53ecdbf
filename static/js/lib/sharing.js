// @ts-check
/** A link that can be passed on: by the device's own sharing where it has it, copied, or marked to be copied by hand. */

/**
 * Brings every `[data-share]` of a page to life; without it the link stands there to be selected all the same.
 * @param {ParentNode} page
 * @returns {() => void} undoes it
 */
export function installSharing(page) {
  const boxes = [...page.querySelectorAll("[data-share]")];
  const click = (/** @type {Event} */ event) => {
    const target = event.target instanceof Element ? event.target : null;
    const box = target?.closest("[data-share]");
    if (!target || !box) return;
    if (target.closest("[data-copy]")) void copy(box);
    else if (target.closest("[data-send]")) void send(box);
    else if (target instanceof HTMLInputElement) target.select();
  };
  for (const box of boxes) {
    box.querySelector("[data-send]")?.toggleAttribute("hidden", !navigator.share);
    box.addEventListener("click", click);
    box.querySelector("details")?.addEventListener("toggle", () => drawCode(box));
  }
  return () => {
    for (const box of boxes) box.removeEventListener("click", click);
  };
}

/**
 * @param {Element} box a `[data-share]`
 * @param {string} link what it shares from now on: an address of this site
 */
export function showLink(box, link) {
  const field = fieldOf(box);
  if (!field || field.value === link) return;
  field.value = link;
  tell(box, "");
  drawCode(box);
}

/** The code is asked of the server once somebody looks at it. @param {Element} box */
function drawCode(box) {
  const field = fieldOf(box);
  const picture = box.querySelector("[data-share-picture]");
  const fold = box.querySelector("details");
  if (!field?.value || !picture || !fold?.open) return;
  const { pathname, search } = new URL(field.value, location.href);
  picture.setAttribute("src", `/qr.svg?path=${encodeURIComponent(pathname + search)}`);
}

/** @param {Element} box @returns {HTMLInputElement | null} */
function fieldOf(box) {
  return box.querySelector("input[data-share-link]");
}

/** @param {Element} box */
async function copy(box) {
  const field = fieldOf(box);
  const button = box.querySelector("[data-copy]");
  if (!field || !button) return;
  field.select();
  try {
    // Only over a secure connection is there a clipboard; the old command works everywhere.
    if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
    else if (!document.execCommand("copy")) throw new Error("no clipboard");
    tell(box, button.getAttribute("data-copied") ?? "");
  } catch {
    field.focus();
    tell(box, button.getAttribute("data-failed") ?? "");
  }
}

/** @param {Element} box */
async function send(box) {
  try {
    await navigator.share({ title: document.title, url: fieldOf(box)?.value });
  } catch (error) {
    // Whoever thinks better of it is told nothing; whoever was refused can still copy.
    if (!(error instanceof DOMException && error.name === "AbortError")) await copy(box);
  }
}

/** @param {Element} box @param {string} words */
function tell(box, words) {
  const told = box.querySelector("[data-share-told]");
  if (told) told.textContent = words;
}
