// @ts-check
/** Lays the picture after over the one before, with a slider between them; without it they stand side by side. */

/** @param {Document} page @returns {() => void} */
export function installSwipe(page) {
  const box = page.querySelector("[data-survey-swipe]");
  const slider = page.querySelector("[data-swipe-slider]");
  const choice = page.querySelector("[data-swipe-choice]");
  const after = box?.querySelector(".survey-picture:last-of-type .survey-map");
  if (!(box instanceof HTMLElement) || !(slider instanceof HTMLInputElement) || !(after instanceof HTMLElement)) return () => {};
  const cut = () => after.style.setProperty("--cut", `${slider.value}%`);
  const turn = () => {
    const on = choice instanceof HTMLInputElement && choice.checked;
    box.classList.toggle("swiped", on);
    slider.disabled = !on;
  };
  slider.addEventListener("input", cut);
  choice?.addEventListener("change", turn);
  cut();
  turn();
  return () => {
    slider.removeEventListener("input", cut);
    choice?.removeEventListener("change", turn);
    box.classList.remove("swiped");
  };
}
