// Runs the test files of kernels and nets in headless Chromium. Without Chromium it says so and passes; CHROMIUM names another
// program.
import { spawnSync } from "node:child_process";
import { chromium } from "./chromium.js";
import { binary, root } from "./workspace.js";

if (chromium === undefined) {
  console.log("skipped: no Chromium on this machine (CHROMIUM names it)");
} else {
  const { status } = spawnSync(binary("vitest"), ["run", "--project", "browser"], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, CHROMIUM: chromium },
  });
  process.exitCode = status ?? 1;
}
