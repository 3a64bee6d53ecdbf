// @ts-check
/** The pages without a map: the appearance switch, sharing, what is kept, and nothing that they need to be read. */
import { installAppearance } from "./lib/appearance.js";
import { installOffline } from "./lib/offline.js";
import { installSharing } from "./lib/sharing.js";

installAppearance(document);
installSharing(document);
installOffline(document);
document.documentElement.classList.add("scripted");
