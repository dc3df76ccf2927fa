/** The API page: Swagger UI over this server's own description of itself. */

const { SwaggerUIBundle } = /** @type {any} */ (globalThis);

SwaggerUIBundle({ url: "/openapi.json", dom_id: "#api", deepLinking: true });
