import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

describe("the committed bytes", () => {
  it("are what the sources compile to", () => {
    const script = fileURLToPath(new URL("../scripts/compile.js", import.meta.url));
    expect(execFileSync(process.execPath, [script, "--check"], { encoding: "utf8" })).toMatch(/dense \d+ bytes/);
  }, 180_000);
});
