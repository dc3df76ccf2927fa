/** The API page: Swagger UI over this server's own description of itself, in the theme chosen on the main page. */

import { fromRoot } from "./base/root.js";
import { currentTheme } from "./base/theme.js";

const { SwaggerUIBundle } = /** @type {any} */ (globalThis);

document.documentElement.classList.toggle("dark-mode", currentTheme() === "dark");
SwaggerUIBundle({ url: fromRoot("openapi.json"), dom_id: "#api", deepLinking: true });
