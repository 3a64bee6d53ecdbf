// @ts-check
/** The pages without a map: the appearance switch and sharing, and nothing that they need to be read. */
import { installAppearance } from "./lib/appearance.js";
import { installSharing } from "./lib/sharing.js";

installAppearance(document);
installSharing(document);
document.documentElement.classList.add("scripted");
