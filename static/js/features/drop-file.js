// @ts-check
/** Lets a file be dropped beside its field; the field itself goes on working by itself. */

/** @param {Document} page @returns {() => void} */
export function installDropFile(page) {
  const areas = [...page.querySelectorAll("[data-drop-file]")];
  const uninstall = areas.map((area) => (area instanceof HTMLElement ? attach(area) : () => {}));
  return () => uninstall.forEach((each) => each());
}

/** @param {HTMLElement} area */
function attach(area) {
  const field = area.querySelector("input[type=file]");
  if (!(field instanceof HTMLInputElement)) return () => {};
  const over = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    area.classList.add("dropping");
  };
  const leave = () => area.classList.remove("dropping");
  const drop = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    leave();
    if (event.dataTransfer?.files.length) field.files = event.dataTransfer.files;
  };
  area.addEventListener("dragover", over);
  area.addEventListener("dragleave", leave);
  area.addEventListener("drop", drop);
  return () => {
    area.removeEventListener("dragover", over);
    area.removeEventListener("dragleave", leave);
    area.removeEventListener("drop", drop);
  };
}
