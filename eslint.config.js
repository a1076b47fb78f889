import js from "@eslint/js";
import globals from "globals";

const pages = {
  files: ["monitor/web/static/js/*.js"],
  languageOptions: {
    ecmaVersion: 2023,
    sourceType: "module",
    globals: globals.browser,
  },
  rules: {
    complexity: ["error", 12],
    curly: ["error", "multi-line"],
    eqeqeq: "error",
    "max-depth": ["error", 3],
    "max-lines-per-function": ["error", { max: 70, skipBlankLines: true, skipComments: true }],
    "no-implicit-globals": "error",
    "no-restricted-properties": [
      "error",
      { property: "innerHTML", message: "Text from outside is never markup." },
      { property: "outerHTML", message: "Text from outside is never markup." },
      { property: "insertAdjacentHTML", message: "Text from outside is never markup." },
    ],
    "no-restricted-syntax": [
      "error",
      { selector: "ImportExpression", message: "The pages load what their modules name." },
    ],
    "no-eval": "error",
    "no-implied-eval": "error",
    "no-var": "error",
    "prefer-const": "error",
  },
};

const workers = {
  files: ["monitor/web/static/js/*-worker.js"],
  languageOptions: { globals: globals.sharedWorker },
};

export default [
  { ignores: ["monitor/web/static/vendor/**", "node_modules/**", ".venv/**"] },
  js.configs.recommended,
  pages,
  workers,
];
