import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { checkSame, median, runBenchmark } from "./bench.ts";
import { firstLine, type Measured, OUT, startPeer } from "./peer.ts";

const NAME = "self-test";
afterAll(() => rmSync(path.join(OUT, `${NAME}.json`), { force: true }));

/** The sum of 1 / k, the same sum that the peer below makes. */
function harmonic(terms: number, ms = 2): Measured {
  let sum = 0;
  for (let k = 1; k <= terms; k++) sum += 1 / k;
  return { ms, values: [sum] };
}

/** A peer in JavaScript: 6 ms for every task, as the protocol wants it. */
const PROGRAM = `
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const [task, number] = line.split(" ");
  if (task !== "harmonic") { console.error("unknown task " + task); process.exit(1); }
  let sum = 0;
  for (let k = 1; k <= Number(number); k++) sum += 1 / k;
  console.log("6 " + sum);
});`;
const peer = () => startPeer(process.execPath, ["-e", PROGRAM]);
const task = (name: string, tolerance = 0) => ({
  task: name,
  ours: () => harmonic(50),
  repeats: 1,
  number: 50,
  tolerance,
  opponents: [
    { peer: "node", program: "node", task: name },
    { peer: "missing", program: "missing" },
  ],
});

describe("runBenchmark", () => {
  it("times ours and theirs in turn, compares the numbers, and writes medians, ratio and absent peers", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const result = await runBenchmark({
      name: NAME,
      tasks: [task("harmonic")],
      programs: { node: peer(), missing: undefined },
      rounds: 3,
    });
    expect(log.mock.calls.flat().join("\n")).toContain("not installed: missing");
    log.mockRestore();
    expect(result.rows).toEqual([
      { task: "harmonic", peer: "node", ours_ms: 2, peer_ms: 6, ratio: 3, ours_min_ms: 2, peer_min_ms: 6 },
    ]);
    expect(JSON.parse(readFileSync(path.join(OUT, `${NAME}.json`), "utf8"))).toMatchObject({
      name: NAME,
      node: process.version,
      absent: ["missing"],
      rows: result.rows,
    });
  });

  it("fails with the peer's own words when it ends, and when the program is not there", async () => {
    const run = (program: ReturnType<typeof peer>) =>
      runBenchmark({ name: NAME, tasks: [task("other")], programs: { node: program }, rounds: 1 });
    await expect(run(peer())).rejects.toThrow("no answer to other. unknown task other");
    await expect(run(startPeer("/no/such/program", []))).rejects.toThrow("no answer to other");
  });

  it("refuses to time two different computations", () => {
    expect(() => checkSame("t", [1, 2], [1, 2.1], 0.04)).toThrow("must agree to 0.04 relative");
    expect(() => checkSame("t", [1, 2], [1, 2.1], 0.06)).not.toThrow();
    expect(() => checkSame("t", [1], [Number.NaN], 1)).toThrow("not the same computation");
    expect(() => checkSame("t", [1], [1, 1], 1)).toThrow("not the same computation");
  });

  it("takes medians", () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
    expect(() => median([])).toThrow(RangeError);
  });

  it("knows a program that is not there", () => {
    expect(firstLine("/no/such/program", [])).toBeUndefined();
    expect(firstLine(process.execPath, ["--version"])).toBe(process.version);
  });
});
