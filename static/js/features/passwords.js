// @ts-check
/** A button beside a password that shows what was typed: instead of asking for it twice. */

/** @param {ParentNode} within */
export function installPasswords(within) {
  for (const button of within.querySelectorAll("[data-show-password]")) {
    const input = document.getElementById(button.getAttribute("data-show-password") ?? "");
    if (!(input instanceof HTMLInputElement)) continue;
    const show = (/** @type {boolean} */ shown) => {
      input.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
      for (const face of button.querySelectorAll("[data-when]")) {
        face.toggleAttribute("hidden", (face.getAttribute("data-when") === "shown") !== shown);
      }
    };
    button.addEventListener("click", () => show(input.type === "password"));
    // Sent as a password, so that no browser keeps it among what was typed into plain fields.
    input.form?.addEventListener("submit", () => show(false));
  }
}
