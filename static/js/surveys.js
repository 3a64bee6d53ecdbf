// @ts-check
/** The surveys' pages: a file that can be dropped, a check that is seen to go on, before and after laid over each other. */
import { installDropFile } from "./features/drop-file.js";
import { installSurveyProgress } from "./features/survey-progress.js";
import { installSwipe } from "./features/swipe.js";

installDropFile(document);
installSurveyProgress(document);
installSwipe(document);
