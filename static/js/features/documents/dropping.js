// @ts-check
/** Places where files are dropped or photographed: they end up in the form's own input, as if they had been chosen. */

/** @param {ParentNode} within */
export function installDropping(within) {
  for (const zone of within.querySelectorAll("[data-drop]")) {
    const input = zone.querySelector("[data-pick]");
    if (!(zone instanceof HTMLElement) || !(input instanceof HTMLInputElement)) continue;
    installDrop(zone, input);
    const camera = zone.querySelector("[data-camera]");
    if (camera instanceof HTMLInputElement) {
      camera.addEventListener("change", () => {
        give(input, camera.files);
        camera.value = "";
      });
    }
  }
}

/** @param {HTMLElement} zone @param {HTMLInputElement} input */
function installDrop(zone, input) {
  const mark = (/** @type {boolean} */ isOver) => zone.classList.toggle("is-over", isOver);
  zone.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    mark(true);
  });
  zone.addEventListener("dragleave", () => mark(false));
  zone.addEventListener("drop", (event) => {
    mark(false);
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    give(input, event.dataTransfer.files);
  });
}

/** @param {HTMLInputElement} input @param {FileList | null} files */
function give(input, files) {
  if (!files?.length) return;
  const all = new DataTransfer();
  for (const file of input.multiple ? files : [files[0]]) all.items.add(file);
  input.files = all.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}
