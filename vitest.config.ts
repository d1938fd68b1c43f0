import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

// Workspace imports resolve to `src/index.ts` through a private export condition, so tests never read a stale build.
const ssr = {
  resolve: {
    conditions: ["hml-source", ...defaultServerConditions],
    externalConditions: ["hml-source"],
  },
};

export default defineConfig({
  ssr,
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [
            "packages/*/{src,test}/**/*.test.ts",
            "test/**/*.test.ts",
            "examples/**/*.test.ts",
            "benchmarks/**/*.test.ts",
          ],
          testTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: "types",
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ["packages/*/src/**/*.test-d.ts"],
            tsconfig: "./tsconfig.json",
          },
        },
      },
    ],
  },
});
