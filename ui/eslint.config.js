import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";

const oneDoor = {
  "no-restricted-imports": [
    "error",
    { patterns: [{ group: ["@tauri-apps/*"], message: "only src/lib/ipc talks to the house" }] },
  ],
};

export default ts.config(
  { ignores: ["dist", "node_modules", "src/lib/ipc/bindings.ts"] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      ...oneDoor,
      "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_$", argsIgnorePattern: "^_$" }],
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  { files: ["src/lib/ipc/**"], rules: { "no-restricted-imports": "off" } },
  {
    files: ["isolation/*.js"],
    languageOptions: { sourceType: "script", globals: { ...globals.browser } },
  },
);
