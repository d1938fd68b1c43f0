import { fileURLToPath } from "node:url";
import { runBenchmark, type Task } from "../lib/bench.ts";
import { compileNative, compileWithFftw, firstLine, type Peer, pythonWith, startPeer } from "../lib/peer.ts";
import { convolution, convRuns, fieldNetwork, fieldRun } from "./field.ts";
import { band, chain, heat, mlMatrix } from "./lattice.ts";
import { network, product, type Timed, transform } from "./ours.ts";
import { matrices, nets, squares } from "./problem.ts";
import { recurrent, recurrentRuns } from "./recurrent.ts";

/**
 * How far a peer's numbers may lie from ours, relative to the largest. A sum of n products is off by at most n eps of the
 * sum of their sizes: 256 * 1.1e-16 times a factor of 16 by which the sums of signs cancel, in float32 5e8 times that. A
 * gradient is a sum over 4096 rows.
 */
const TOLERANCES = { float64: 1e-11, float32: 1e-3 } as const;

/** Explicit steps: 200 roundings of numbers of size 1, in another order, and fused in C. */
const STEPS_TOLERANCE = 1e-13;
/** Solutions: rounding times the condition of the matrices, below 100 for the chains and below 1e4 for the bands. */
const SOLVE_TOLERANCE = 1e-11;

const quick = process.argv.includes("--quick");
const plain = new Map<string, Timed>();
const inProcess = new Map<string, Timed>();
const tasks: Task[] = [];
for (const n of matrices) {
  for (const precision of ["float64", "float32"] as const) {
    add(
      `gemm_${precision === "float64" ? "f64" : "f32"}_${n}`,
      `gemm:${n}:${precision}`,
      n < 100 ? 99 : 9,
      TOLERANCES[precision],
      (use) => product(n, precision, use),
      precision === "float64" ? ["ml-matrix"] : [],
    );
    if (precision === "float64") inProcess.set(`gemm:${n}:float64`, mlMatrix(n));
  }
}
for (const run of nets) {
  for (const direction of ["forward", "backward"] as const) {
    const sizes = run.sizes.join("x");
    const name = `dense_${run.sizes.join("_")}_b${run.batch}_${direction}`;
    add(name, `net:${sizes}:${run.batch}:${direction}`, run.batch < 100 ? 99 : 9, TOLERANCES.float64, (use) =>
      network(run, direction === "backward", use),
    );
  }
}
for (const n of squares) {
  // Single coefficients differ by some eps times the largest.
  add(`rfft2_${n}`, `rfft2:${n}`, n < 200 ? 99 : 25, 1e-14, (use) => transform(n, use), ["c-fftw"]);
}
for (const [name, shape, dt] of [
  ["heat_stencil", [80_000], 0.2],
  ["heat_stencil_2d", [300, 300], 0.1],
] as const) {
  const theirs = `heat:${shape[0]}:${shape[1] ?? 1}`;
  add(name, theirs, 200, STEPS_TOLERANCE, (use) => heat(shape, dt, use), ["c"], dt);
}
for (const [rows, systems] of [
  [100_000, 1],
  [1000, 64],
] as const) {
  const theirs = `chain:${rows}:${systems}`;
  addSolve(`tridiagonal_${rows}_${systems}`, theirs, ["gttrs", "solve_banded"], (use) => chain(rows, systems, use));
}
for (const [rows, half, columns] of [
  [2000, 4, 1],
  [2000, 32, 1],
  [2000, 32, 16],
] as const) {
  const theirs = `band:${rows}:${half}:${columns}`;
  const name = `banded_${rows}_${half}_${columns}`;
  addSolve(name, theirs, ["gbtrs"], (use) => band(rows, half, columns, "kept", use));
  addSolve(`${name}_factor`, theirs, ["gbsv"], (use) => band(rows, half, columns, "made", use));
}
for (const [task, run] of Object.entries(recurrentRuns)) {
  const { kind, inputs, units, steps, rows } = run;
  const sizes = [inputs, units, steps, rows].join(":");
  const theirs = `recurrent:${kind.toUpperCase()}:${sizes}`;
  const opponents = [{ peer: "pytorch", program: "torch", task: theirs }];
  if (steps === 1) opponents.push({ peer: "pytorch-cell", program: "torch", task: `recurrent:GRUCell:${sizes}` });
  // The twin of the large one would take minutes.
  if (steps < 100) {
    plain.set(theirs, recurrent(run, "plain"));
    opponents.push({ peer: "ours-plain", program: "plain", task: theirs });
  }
  const ours = recurrent(run, "auto");
  tasks.push({ task, ours, repeats: steps < 100 ? 25 : 1, number: 0, tolerance: TOLERANCES.float32, opponents });
}
for (const run of convRuns) {
  const { batch, size, inputs, units } = run;
  const theirs = `conv:${[batch, size, inputs, units].join(":")}`;
  plain.set(theirs, convolution(run, "plain"));
  tasks.push({
    task: `conv2d_${size}_${inputs}_${units}_b${batch}`,
    ours: convolution(run, "auto"),
    repeats: inputs < 16 ? 25 : 1,
    number: 0,
    tolerance: TOLERANCES.float32,
    opponents: [
      { peer: "ours-plain", program: "plain", task: theirs },
      { peer: "numpy", program: "numpy-field", task: theirs },
    ],
  });
}
tasks.push({
  task: `field_cnn_b${fieldRun.batch}`,
  ours: fieldNetwork(fieldRun),
  repeats: 1,
  number: 0,
  tolerance: TOLERANCES.float32,
  opponents: [{ peer: "pytorch", program: "torch-field", task: `field:${fieldRun.batch}:${fieldRun.size}` }],
});

const native = compileWithFftw("fft");
const python = pythonWith(["numpy"]);
const scipy = pythonWith(["numpy", "scipy"]);
const stencilProgram = compileNative("stencil");
const script = fileURLToPath(new URL("../python/kernels.py", import.meta.url));
const torch = pythonWith(["torch"]);
const fieldScript = fileURLToPath(new URL("../python/field.py", import.meta.url));
const torchScript = fileURLToPath(new URL("../python/recurrent.py", import.meta.url));

await runBenchmark({
  name: "kernels",
  tasks,
  programs: {
    plain: insideOf(plain),
    "ml-matrix": insideOf(inProcess),
    c: stencilProgram === undefined ? undefined : startPeer(stencilProgram, []),
    scipy: scipy === undefined ? undefined : startPeer(scipy.command, [script]),
    "c-fftw": native === undefined ? undefined : startPeer(native, []),
    numpy: python === undefined ? undefined : startPeer(python.command, [script]),
    torch: torch === undefined ? undefined : startPeer(torch.command, [torchScript]),
    "numpy-field": python === undefined ? undefined : startPeer(python.command, [fieldScript]),
    "torch-field": torch === undefined ? undefined : startPeer(torch.command, [fieldScript]),
  },
  rounds: quick ? 3 : 21,
  about: {
    mode: quick ? "quick" : "full",
    python: python?.versions ?? null,
    torch: torch?.versions ?? null,
    fftw: firstLine("pkg-config", ["--modversion", "fftw3"]) ?? null,
  },
});

/** A task for us on WebAssembly, the plain twin, NumPy and others. */
function add(
  task: string,
  theirs: string,
  repeats: number,
  tolerance: number,
  ours: (use: "auto" | "plain") => Timed,
  others: readonly string[] = [],
  number = 0,
): void {
  plain.set(theirs, ours("plain"));
  tasks.push({
    task,
    ours: ours("auto"),
    repeats,
    number,
    tolerance,
    opponents: [
      { peer: "ours-plain", program: "plain", task: theirs },
      { peer: "numpy", program: "numpy", task: theirs },
      ...others.map((peer) => ({ peer, program: peer, task: theirs })),
    ],
  });
}

/** A solve by us on WebAssembly, by the plain twin and by routines of LAPACK as SciPy binds them. */
function addSolve(
  task: string,
  theirs: string,
  routines: readonly string[],
  ours: (use: "auto" | "plain") => Timed,
): void {
  plain.set(task, ours("plain"));
  tasks.push({
    task,
    ours: ours("auto"),
    repeats: 25,
    number: 0,
    tolerance: SOLVE_TOLERANCE,
    opponents: [
      { peer: "ours-plain", program: "plain", task },
      ...routines.map((routine) => ({ peer: `scipy-${routine}`, program: "scipy", task: `${theirs}:${routine}` })),
    ],
  });
}

/** Functions of this process in the place of a peer: the plain twins, which run where WebAssembly has no SIMD, and ml-matrix. */
function insideOf(functions: ReadonlyMap<string, Timed>): Peer {
  return {
    run: (task, _number, repeats) => Promise.resolve(functions.get(task)!(repeats)),
    close() {},
  };
}
