// What is asked of the JavaScript beyond its types; scripts/check runs it from the repository's root.

import js from "@eslint/js";
import globals from "globals";

const markup = "Text is only ever set as text, never as markup (see element in dom.js).";

export default [
  { ignores: ["**/vendor/**", "**/node_modules/**"] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "array-callback-return": "error",
      complexity: ["error", 16],
      "default-case-last": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "max-lines": ["error", 400],
      "no-constructor-return": "error",
      "no-else-return": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-self-compare": "error",
      "no-shadow": "error",
      "no-throw-literal": "error",
      "no-unreachable-loop": "error",
      "no-unused-private-class-members": "error",
      "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
      "no-useless-return": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
    },
  },
  {
    files: ["piximi_ui/components/**/*.js"],
    languageOptions: { globals: globals.browser },
    rules: {
      "no-alert": "error",
      "no-console": "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: markup },
        { property: "outerHTML", message: markup },
        { property: "insertAdjacentHTML", message: markup },
      ],
    },
  },
  {
    files: ["tests/javascript/**/*.js"],
    // Tests of modules that ask for a page bring their own.
    languageOptions: { globals: { ...globals.node, document: "readonly", window: "readonly" } },
  },
  {
    // Runs in the page that compares TensorFlow.js with our predictions.
    files: ["tests/browser/**/*.js"],
    languageOptions: { sourceType: "script", globals: { ...globals.browser, tf: "readonly" } },
  },
];
