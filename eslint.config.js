import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import globals from "globals";

export default defineConfig(
  globalIgnores([".venv/", "build/", "dist/", "static/built/", "static/vendor/"]),
  js.configs.recommended,
  {
    rules: {
      eqeqeq: "error",
      "no-implicit-coercion": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
    },
  },
  {
    files: ["static/**/*.js"],
    languageOptions: { globals: globals.browser },
    rules: {
      "no-restricted-syntax": [
        "error",
        ...["AwaitExpression", "ForOfStatement[await=true]"].map((wait) => ({
          selector: `${wait}:not(:function ${wait})`,
          message: "WebKit keeps to itself what fails in a module that waits at its top, and what imports it never runs.",
        })),
      ],
    },
  },
  { files: [".ci/*.mjs", "tests/js/**/*.js", "tests/js/**/*.mjs"], languageOptions: { globals: globals.node } },
);
