import { fileURLToPath } from "node:url";
import { kernelEngine, lineProducts } from "@hml/kernels";
import { runBenchmark, type Task } from "../lib/bench.ts";
import { compileNative, firstLine, pythonWith, startPeer } from "../lib/peer.ts";
import { rhsCalls } from "./ours.ts";
import { RATIO, runs } from "./problem.ts";

/**
 * How far a peer's slopes may lie from ours, relative to the largest. The weights are sums of cosines in another order, and
 * their rounding of 1e-16 is multiplied by 1 / h^2 as the slopes are, which the neighbouring differences cancel: some
 * 1e-13 in one dimension, where h is smallest.
 */
const TOLERANCE = 1e-12;

const quick = process.argv.includes("--quick");
const engine = kernelEngine();
const sides = [
  { suffix: "", products: undefined },
  { suffix: "_kernels", products: lineProducts(engine) },
];
const tasks: readonly Task[] = runs.flatMap((run) =>
  sides.map(({ suffix, products }) => {
    const size = `${run.dim}:${run.patches}:${run.points}`;
    return {
      task: `${run.task}${suffix}`,
      ours: rhsCalls(run, products),
      repeats: quick ? run.calls / 10 : run.calls,
      number: RATIO,
      tolerance: TOLERANCE,
      opponents: [
        { peer: "numpy", program: "numpy", task: `major:${size}` },
        { peer: "numpy-last", program: "numpy", task: `last:${size}` },
        { peer: "c", program: "c", task: size },
      ],
    };
  }),
);
const native = compileNative("patches");
const python = pythonWith(["numpy"]);
const script = fileURLToPath(new URL("../python/patches.py", import.meta.url));

await runBenchmark({
  name: "patches",
  tasks,
  programs: {
    numpy: python === undefined ? undefined : startPeer(python.command, [script]),
    c: native === undefined ? undefined : startPeer(native, []),
  },
  rounds: quick ? 3 : 15,
  about: {
    mode: quick ? "quick" : "full",
    kernels: engine.kind,
    compiler: firstLine("gcc", ["--version"]) ?? null,
    python: python?.versions ?? null,
  },
});
