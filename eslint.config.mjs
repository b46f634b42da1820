import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

/** The stack and the provider must run where none of these folders is needed. */
const outsideTheStack = {
  "no-restricted-imports": [
    "error",
    {
      patterns: [
        {
          group: ["**/local-cloud/**", "**/tools/**", "**/tests/**", "**/policies/**"],
          message: "The stack never imports the local cloud, tools, policies or tests (docs/decisions/0001).",
        },
      ],
    },
  ],
};

export default tseslint.config(
  { ignores: ["**/dist/**", "node_modules/**", ".local-cloud/**", "coverage/**", "bench/programs/tutorial/**"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { ignoreRestSiblings: true, argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      "@typescript-eslint/no-unnecessary-condition": [
        "error",
        { allowConstantLoopConditions: "only-allowed-literals" },
      ],
    },
  },
  {
    files: [
      "index.ts",
      "settings.ts",
      "outputs.ts",
      "stackOutputs.ts",
      "components/**/*.ts",
      "power-platform/**/*.ts",
      "examples/**/*.ts",
    ],
    rules: outsideTheStack,
  },
  {
    files: ["power-platform/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: ["**/local-cloud/**", "**/tools/**", "**/tests/**", "**/policies/**", "**/components/**"],
              message: "power-platform/ knows Power Platform alone (docs/decisions/0001).",
            },
          ],
        },
      ],
    },
  },
  {
    files: ["**/*.cjs", "bench/programs/**/*.js"],
    languageOptions: {
      sourceType: "commonjs",
      globals: {
        require: "readonly",
        module: "writable",
        __dirname: "readonly",
        process: "readonly",
        console: "readonly",
        Buffer: "readonly",
      },
    },
    rules: { "no-unused-vars": ["error", { ignoreRestSiblings: true, varsIgnorePattern: "^_" }] },
  },
  prettier,
);
