// @ts-check
/** Light, dark, or as the machine says: kept in a cookie, so that the server already sends the page so. */

/** @typedef {"auto" | "light" | "dark"} Appearance */

const COOKIE = "scheme";
const YEAR_S = 365 * 24 * 3600;
/** @type {readonly Appearance[]} */
const ORDER = ["auto", "light", "dark"];

/** @returns {Appearance} */
export function currentAppearance() {
  const told = /** @type {Appearance} */ (document.documentElement.dataset.scheme ?? "auto");
  return ORDER.includes(told) ? told : "auto";
}

/** @param {Appearance} appearance @returns {Appearance} */
export function nextAppearance(appearance) {
  return ORDER[(ORDER.indexOf(appearance) + 1) % ORDER.length];
}

/** @returns {boolean} whether the page is dark now */
export function isDark() {
  const chosen = document.documentElement.dataset.scheme;
  if (chosen === "light" || chosen === "dark") return chosen === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

/** @param {Appearance} appearance */
function apply(appearance) {
  if (appearance === "auto") delete document.documentElement.dataset.scheme;
  else document.documentElement.dataset.scheme = appearance;
  for (const button of document.querySelectorAll("[data-appearance-switch]")) show(button, appearance);
  document.dispatchEvent(new CustomEvent("appearance", { detail: appearance }));
}

/** @param {Element} button @param {Appearance} appearance */
function show(button, appearance) {
  for (const face of button.querySelectorAll("[data-appearance]")) {
    face.toggleAttribute("hidden", face.getAttribute("data-appearance") !== appearance);
  }
}

/** @param {Document} page */
export function installAppearance(page) {
  apply(currentAppearance());
  page.addEventListener("click", (event) => {
    const target = event.target instanceof Element && event.target.closest("[data-appearance-switch]");
    if (!target) return;
    const chosen = nextAppearance(currentAppearance());
    document.cookie = `${COOKIE}=${chosen}; path=/; max-age=${YEAR_S}; samesite=lax`;
    apply(chosen);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => apply(currentAppearance()));
}
