import { threadPool } from "@hml/integrators/threads";

// A program of its own, for what a test cannot do in its own process: `typescript`, or an `act` of toy.mjs.
const [what = "typescript"] = process.argv.slice(2);
if (what === "typescript") {
  // Not closed: the program must end all the same.
  const pool = await threadPool({ module: new URL("./decay.ts", import.meta.url), workers: 2 });
  const u = Float64Array.of(1, 1, 1);
  pool.flow([0, 1, 2], 1).advance(u, 0, 0.5);
  process.stdout.write(JSON.stringify([...u]));
} else {
  const pool = await threadPool({ module: new URL("./toy.mjs", import.meta.url), name: "failing", workers: 2 });
  const flow = pool.flow([{}, { act: what }], 1);
  try {
    flow.advance(new Float64Array(2), 1, 2);
  } catch (error) {
    process.stdout.write((error as Error).message);
  }
}
