// @ts-check
/** All tools in one part of the script: fetched at once, so that what they share with the map is one part too. */

export { install as saved } from "./bookmarks.js";
export { install as inView } from "./in-view.js";
export { install as measure } from "./measure.js";
export { install as shapes } from "./selected-shapes.js";
export { install as select } from "./selecting.js";
