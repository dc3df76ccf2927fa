/** Help and tour: all that views/guide.js fetches when somebody wants one of them. */
export { fillHelp } from "./help.js";
export { Tour } from "./tour.js";
export { loadWords } from "./words.js";
