// @ts-check
/** The inspector's pages. */
import { installInspecting } from "./features/inspecting.js";

await installInspecting(document);
