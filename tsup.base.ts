import { defineConfig } from "tsup";

/**
 * One build for every package: ESM, declarations, source maps. `dependencies` stay external; the private `@hml/guard`
 * (a devDependency of each package) is bundled, so users install nothing they did not ask for.
 */
export function library(entry: Record<string, string> = { index: "src/index.ts" }): ReturnType<typeof defineConfig> {
  return defineConfig({
    entry,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    sourcemap: true,
    clean: true,
    splitting: true,
    external: [/^node:/],
    esbuildOptions(options) {
      options.conditions = ["hml-source"];
    },
    dts: {
      compilerOptions: {
        // tsup sets `baseUrl`, which TypeScript 6 only allows when told so.
        ignoreDeprecations: "6.0",
        rootDir: "../..",
        // Found through node_modules, the guard's types would count as a library's own and not be bundled.
        paths: { "@hml/guard": ["../guard/src/index.ts"] },
      },
    },
  });
}
