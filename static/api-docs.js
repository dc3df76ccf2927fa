/** The API page: Swagger UI over this server's own description of itself, in the theme chosen on the main page. */

import { currentTheme } from "./theme.js";

const { SwaggerUIBundle } = /** @type {any} */ (globalThis);

document.documentElement.classList.toggle("dark-mode", currentTheme() === "dark");
SwaggerUIBundle({ url: "/openapi.json", dom_id: "#api", deepLinking: true });
