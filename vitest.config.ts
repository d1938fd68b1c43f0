import { playwright } from "@vitest/browser-playwright";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

// Workspace imports resolve to `src/index.ts` through a private export condition, so tests never read a stale build.
const ssr = {
  resolve: {
    conditions: ["hml-source", ...defaultServerConditions],
    externalConditions: ["hml-source"],
  },
};

/** Tests that read files or start programs. */
const NODE_ONLY = ["packages/nets/src/files/safetensors.test.ts", "packages/nets/src/threads/**"];

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
        // The same test files in Chromium, as far as they ask nothing of Node.
        resolve: { conditions: ["hml-source", ...defaultClientConditions] },
        test: {
          name: "browser",
          include: ["packages/{kernels,nets}/src/**/*.test.ts"],
          exclude: NODE_ONLY,
          testTimeout: 120_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
                args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"].concat(
                  "--disable-background-networking",
                  "--disable-component-update",
                ),
              },
            }),
            instances: [{ browser: "chromium" }],
          },
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
