// @ts-check
/** The pages without a map: the appearance switch, and nothing that they need to be read. */
import { installAppearance } from "./lib/appearance.js";

installAppearance(document);
document.documentElement.classList.add("scripted");
