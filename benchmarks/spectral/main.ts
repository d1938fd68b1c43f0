import { fileURLToPath } from "node:url";
import { runBenchmark, type Task } from "../lib/bench.ts";
import { compileWithFftw, firstLine, type Peer, pythonWith, startPeer } from "../lib/peer.ts";
import { etdrk4Steps, type Timed } from "./ours.ts";
import { runs, STEP, STEPS } from "./problem.ts";

/**
 * How far a peer's field at t = 50 may lie from ours, relative to its largest value. Rounding differs by 1e-16 in each of
 * 400 steps of four stages, and the chaos stretches that: the largest Lyapunov exponent is 0.04 to 0.1, so by a factor
 * of about 150 in the mean and more where neighbouring orbits are torn apart for a while. 1e-8 leaves room for both and
 * is far below the error of the step, 5e-6 at t = 10, so that any difference between the schemes would show.
 */
const TOLERANCE = 1e-8;

/** What takes our plain transforms, by task. */
const plain = new Map<string, Timed>();

const tasks: readonly Task[] = runs.map((run) => {
  const task = `ks:${run.points}:${run.length}:${STEPS}`;
  if (run.transforms === "kernels") plain.set(task, etdrk4Steps(run, "own"));
  return {
    task: run.task,
    ours: etdrk4Steps(run, run.transforms),
    repeats: run.repeats,
    number: STEP,
    tolerance: TOLERANCE,
    opponents: opponents(task),
  };
});

const quick = process.argv.includes("--quick");
const native = compileWithFftw("spectral", ["-ffast-math"]);
const python = pythonWith(["numpy"]);
const script = fileURLToPath(new URL("../python/spectral.py", import.meta.url));

await runBenchmark({
  name: "spectral",
  tasks,
  programs: {
    plain: ourPlainTransforms(),
    numpy: python === undefined ? undefined : startPeer(python.command, [script]),
    c: native === undefined ? undefined : startPeer(native, []),
  },
  rounds: quick ? 3 : 21,
  about: {
    mode: quick ? "quick" : "full",
    compiler: firstLine("gcc", ["--version"]) ?? null,
    python: python?.versions ?? null,
    fftw: firstLine("pkg-config", ["--modversion", "fftw3"]) ?? null,
  },
});

function opponents(task: string): Task["opponents"] {
  const others = [
    { peer: "numpy", program: "numpy", task },
    { peer: "c-fftw", program: "c", task },
  ];
  return plain.has(task) ? [{ peer: "ours-plain", program: "plain", task }, ...others] : others;
}

/** In the place of a peer: the same steps with the transforms that periodicField has of its own. */
function ourPlainTransforms(): Peer {
  return {
    run: (task, _number, repeats) => Promise.resolve(plain.get(task)!(repeats)),
    close() {},
  };
}
