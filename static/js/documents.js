// @ts-check
/** The pages of a case's papers: files sent with their progress, boxes drawn over what the public may not read. */
import { installBlackening } from "./features/documents/blackening.js";
import { installDropping } from "./features/documents/dropping.js";
import { installSending } from "./features/documents/sending.js";

installDropping(document);
installSending(document);
installBlackening(document);

const problems = document.querySelector("[data-problems]");
if (problems instanceof HTMLElement) problems.focus();
