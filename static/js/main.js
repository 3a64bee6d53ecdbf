// @ts-check
/** The map page: reads what the server says, makes the state and the map, and installs the features. */
import { installAppearance } from "./lib/appearance.js";

installAppearance(document);
