// The rules of the house for the browser's code: short functions, one-way imports, no HTML from strings.
import js from "@eslint/js";
import globals from "globals";

/** @param {string[]} folders */
const forbid = (...folders) => ({
  "no-restricted-imports": ["error", { patterns: folders.map((each) => ({ regex: `(^|/)${each}(/|\\.js$)` })) }],
});

export default [
  { ignores: ["static/dist/**", "node_modules/**"] },
  js.configs.recommended,
  {
    files: ["static/js/**/*.js"],
    languageOptions: { globals: globals.browser },
    rules: {
      "max-lines": ["error", 300],
      "max-lines-per-function": ["error", { max: 40, skipBlankLines: true, skipComments: true }],
      "prefer-const": "error",
      eqeqeq: "error",
      "no-restricted-properties": [
        "error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML"].map((property) => ({
          property,
          message: "Text goes in by textContent; server fragments by lib/dom.js.",
        })),
      ],
    },
  },
  { files: ["static/js/lib/**/*.js"], rules: forbid("map", "features", "state", "api", "main") },
  { files: ["static/js/state.js", "static/js/api.js"], rules: forbid("map", "features", "main") },
  { files: ["static/js/map/**/*.js"], rules: forbid("features", "main") },
  { files: ["static/js/features/**/*.js"], rules: forbid("main") },
  { files: ["static/js/offline/**/*.js"], rules: forbid("map", "features", "state", "api", "main") },
  { files: ["static/js/offline/**/*.js", "static/js/service-worker.js"], languageOptions: { globals: globals.serviceworker } },
  { files: ["tests/js/**/*.js", "script/*.mjs", "*.js"], languageOptions: { globals: globals.node } },
];
