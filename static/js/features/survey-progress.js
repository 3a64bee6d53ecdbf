// @ts-check
/** Follows a survey's check and shows the page anew once it has come to its end. */

const EVERY_MS = 1000;

/** @param {Document} page @returns {() => void} */
export function installSurveyProgress(page) {
  const section = page.querySelector("[data-survey-progress]");
  if (!(section instanceof HTMLElement)) return () => {};
  let timer = 0;
  const look = async () => {
    try {
      const answer = await fetch(section.dataset.surveyProgress ?? "", { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const told = await answer.json();
        if (told.state !== "checking") return page.location.reload();
        show(section, told);
      }
    } catch {
      // The line is gone for a moment: asked again below.
    }
    timer = window.setTimeout(look, EVERY_MS);
  };
  timer = window.setTimeout(look, EVERY_MS);
  return () => window.clearTimeout(timer);
}

/** @param {HTMLElement} section @param {{step: string, done: number, total: number | null}} told */
export function show(section, told) {
  const words = section.querySelector("[data-progress-words]");
  const said = section.querySelector(`[data-step="${CSS.escape(told.step)}"]`)?.textContent ?? "";
  // Only when it says something else: a screen reader reads each change aloud.
  if (words && said && words.textContent !== said) words.textContent = said;
  const bar = section.querySelector("[data-progress-bar]");
  if (!(bar instanceof HTMLProgressElement)) return;
  if (told.total) {
    bar.max = told.total;
    bar.value = told.done;
  } else {
    bar.removeAttribute("value");
  }
}
