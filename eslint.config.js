import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  { files: ["static/js/**/*.js"], languageOptions: { globals: globals.browser } },
  { files: ["static/build.mjs", "eslint.config.js"], languageOptions: { globals: globals.node } },
  {
    rules: {
      eqeqeq: "error",
      "no-irregular-whitespace": ["error", { skipStrings: true, skipTemplates: true }], // French needs its no-break spaces
      "no-shadow": "error",
      "no-var": "error",
      "prefer-const": "error",
      "object-shorthand": "error",
    },
  },
];
