// @ts-check
/** An applicant's pages: the sheet to draw on, suggestions for the parcel, and the faults of a form read first. */
import { installPad } from "./features/applying/pad.js";
import { installParcelSearch } from "./features/applying/parcel-search.js";

installPad(document);
installParcelSearch(document);

const problems = document.querySelector("[data-problems]");
if (problems instanceof HTMLElement) problems.focus();
