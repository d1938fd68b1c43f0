import { fileURLToPath } from "node:url";
import { runBenchmark, type Task } from "../lib/bench.ts";
import { compileNative, firstLine, pythonWith, startPeer } from "../lib/peer.ts";
import { etdrk4Steps } from "./ours.ts";
import { runs, STEP, STEPS } from "./problem.ts";

/**
 * How far a peer's field at t = 50 may lie from ours, relative to its largest value. Rounding differs by 1e-16 in each of
 * 400 steps of four stages, and the chaos stretches that: the largest Lyapunov exponent is 0.04 to 0.1, so by a factor
 * of about 150 in the mean and more where neighbouring orbits are torn apart for a while. 1e-8 leaves room for both and
 * is far below the error of the step, 5e-6 at t = 10, so that any difference between the schemes would show.
 */
const TOLERANCE = 1e-8;

const tasks: readonly Task[] = runs.map((run) => ({
  task: run.task,
  ours: etdrk4Steps(run),
  repeats: 9,
  number: STEP,
  tolerance: TOLERANCE,
  opponents: [
    { peer: "numpy", program: "numpy", task: `${run.points}:${run.length}:${STEPS}` },
    { peer: "c-fftw", program: "c", task: `${run.points}:${run.length}:${STEPS}` },
  ],
}));

const quick = process.argv.includes("--quick");
// gcc is asked for the header alone first: a machine without FFTW is no error.
const fftw = firstLine("gcc", ["-fsyntax-only", "-include", "fftw3.h", "-x", "c", "/dev/null"]) !== undefined;
const native = fftw ? compileNative("spectral", ["-ffast-math", "-Wl,--no-as-needed", "-lfftw3"]) : undefined;
const python = pythonWith(["numpy"]);
const script = fileURLToPath(new URL("../python/spectral.py", import.meta.url));

await runBenchmark({
  name: "spectral",
  tasks,
  programs: {
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
