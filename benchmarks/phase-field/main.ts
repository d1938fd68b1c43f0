import { fileURLToPath } from "node:url";
import { runBenchmark, type Task } from "../lib/bench.ts";
import { compileWithFftw, firstLine, type Peer, pythonWith, startPeer } from "../lib/peer.ts";
import { imex1Steps, type Timed } from "./ours.ts";
import { runs, SAMPLE, STEPS } from "./problem.ts";

/**
 * How far a peer's field may lie from ours after 50 steps, relative to its largest value. Rounding is 1e-16 in a step, and a
 * wave grows by at most a factor e^5 = 150 until t = 5, of Allen and Cahn's equation.
 */
const TOLERANCE = 1e-12;

/** What takes our plain transforms, by task. */
const plain = new Map<string, Timed>();

const tasks: readonly Task[] = runs.map((run) => {
  const task = `${run.model}:${run.points}:${STEPS}:${SAMPLE}:${run.mean}`;
  plain.set(task, imex1Steps(run, "own"));
  return {
    task: run.task,
    ours: imex1Steps(run, "kernels"),
    repeats: run.repeats,
    number: run.dt,
    tolerance: TOLERANCE,
    opponents: [
      { peer: "ours-plain", program: "plain", task },
      { peer: "numpy", program: "numpy", task },
      { peer: "c-fftw", program: "c", task },
    ],
  };
});

const quick = process.argv.includes("--quick");
const native = compileWithFftw("phase-field", ["-ffast-math"]);
const python = pythonWith(["numpy"]);
const script = fileURLToPath(new URL("../python/phase-field.py", import.meta.url));

await runBenchmark({
  name: "phase-field",
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

/** In the place of a peer: the same steps with the plain transforms. */
function ourPlainTransforms(): Peer {
  return {
    run: (task, _number, repeats) => Promise.resolve(plain.get(task)!(repeats)),
    close() {},
  };
}
