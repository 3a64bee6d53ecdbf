// @ts-check
/** Making and finding elements: text only ever goes in as text. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} selector
 * @param {ParentNode} [within]
 * @returns {HTMLElement} throws when the template lacks it: better at start than at a tap
 */
export function need(selector, within = document) {
  const found = within.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the page lacks ${selector}`);
  return found;
}

/**
 * @param {string} tag
 * @param {Record<string, string | boolean>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...Node} children
 */
export function svg(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** @param {string} name an icon of the page's sprite @returns {SVGElement} decorative: a word stands beside it */
export function icon(name) {
  const sprite = document.querySelector("svg.icon use")?.getAttribute("href")?.split("#")[0] ?? "";
  const use = svg("use", { href: `${sprite}#${name}` });
  return svg("svg", { class: "icon", "aria-hidden": "true", focusable: "false" }, use);
}

/**
 * A fragment that our own server rendered, as nodes of this page. Scripts in it would not run.
 * @param {string} html
 * @returns {Element | null} its first element
 */
export function parseFragment(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const first = parsed.body.firstElementChild;
  return first ? document.importNode(first, true) : null;
}

/** @returns {boolean} */
export function prefersStillness() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/**
 * @template {unknown[]} A
 * @param {(...args: A) => void} run
 * @param {number} wait_ms
 * @returns {((...args: A) => void) & {cancel: () => void}}
 */
export function debounce(run, wait_ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const later = (/** @type {A} */ ...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...args), wait_ms);
  };
  return Object.assign(later, { cancel: () => clearTimeout(timer) });
}

/** @returns {boolean} whether the screen has room for one paper only */
export function prefersNarrow() {
  return !matchMedia("(min-width: 900px)").matches;
}

/**
 * A button with an icon and a word.
 * @param {string} name the icon's
 * @param {string} words
 * @param {Record<string, string | boolean>} [attributes]
 */
export function iconButton(name, words, attributes = {}) {
  return element("button", { type: "button", class: "quiet-button", ...attributes }, icon(name), element("span", {}, words));
}
