import js from "@eslint/js";
import globals from "globals";

// The folders of static/js are layers; each imports only from those before it, and no file imports itself through
// others (tests/architecture/test_script_imports.py):
//   lib          knows neither boards nor cards: requests, translations, dates, toasts, morphing
//   live         the connection: sends commands, receives changes and puts them into the page
//   board        reading, marking and moving cards and columns
//   editing      texts and forms: drafts, merging, the editor (next to board, neither imports the other)
//   controllers  one Stimulus controller per behaviour
//   entries      one file per bundle: registers the controllers of a page
export default [
  js.configs.recommended,
  { files: ["static/js/**/*.js"], languageOptions: { globals: globals.browser } },
  { files: ["static/build.mjs", "eslint.config.js"], languageOptions: { globals: globals.node } },
  {
    rules: {
      eqeqeq: "error",
      "max-len": ["error", { code: 120, ignoreStrings: true, ignoreTemplateLiterals: true }], // French sentences stay whole
      "no-irregular-whitespace": ["error", { skipStrings: true, skipTemplates: true }], // French needs its no-break spaces
      "no-shadow": "error",
      "no-var": "error",
      "prefer-const": "error",
      "object-shorthand": "error",
    },
  },
  {
    files: ["static/js/**/*.js"],
    ignores: ["static/js/lib/http.js"],
    rules: {
      "no-restricted-globals": ["error", { name: "fetch", message: "lib/http.js makes all requests." }],
    },
  },
];
