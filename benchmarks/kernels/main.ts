import { fileURLToPath } from "node:url";
import { runBenchmark, type Task } from "../lib/bench.ts";
import { compileNative, firstLine, type Peer, pythonWith, startPeer } from "../lib/peer.ts";
import { convolution, convRuns, fieldNetwork, fieldRun } from "./field.ts";
import { network, product, type Timed, transform } from "./ours.ts";
import { matrices, nets, squares } from "./problem.ts";
import { recurrent, recurrentRuns } from "./recurrent.ts";

/**
 * How far a peer's numbers may lie from ours, relative to the largest. A sum of n products is off by at most n eps of the
 * sum of their sizes: 256 * 1.1e-16 times a factor of 16 by which the sums of signs cancel, in float32 5e8 times that. A
 * gradient is a sum over 4096 rows.
 */
const TOLERANCES = { float64: 1e-11, float32: 1e-3 } as const;

const quick = process.argv.includes("--quick");
const plain = new Map<string, Timed>();
const tasks: Task[] = [];
for (const n of matrices) {
  for (const precision of ["float64", "float32"] as const) {
    add(
      `gemm_${precision === "float64" ? "f64" : "f32"}_${n}`,
      `gemm:${n}:${precision}`,
      n < 100 ? 99 : 9,
      TOLERANCES[precision],
      (use) => product(n, precision, use),
    );
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

// gcc is asked for the header alone first: a machine without FFTW is no error.
const fftw = firstLine("gcc", ["-fsyntax-only", "-include", "fftw3.h", "-x", "c", "/dev/null"]) !== undefined;
const native = fftw ? compileNative("fft", ["-Wl,--no-as-needed", "-lfftw3"]) : undefined;
const python = pythonWith(["numpy"]);
const script = fileURLToPath(new URL("../python/kernels.py", import.meta.url));
const torch = pythonWith(["torch"]);
const fieldScript = fileURLToPath(new URL("../python/field.py", import.meta.url));
const torchScript = fileURLToPath(new URL("../python/recurrent.py", import.meta.url));

await runBenchmark({
  name: "kernels",
  tasks,
  programs: {
    plain: ourTwin(),
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
): void {
  plain.set(theirs, ours("plain"));
  tasks.push({
    task,
    ours: ours("auto"),
    repeats,
    number: 0,
    tolerance,
    opponents: [
      { peer: "ours-plain", program: "plain", task: theirs },
      { peer: "numpy", program: "numpy", task: theirs },
      ...others.map((peer) => ({ peer, program: peer, task: theirs })),
    ],
  });
}

/** The plain twin in the place of a peer: what it takes where WebAssembly has no SIMD. */
function ourTwin(): Peer {
  return {
    run: (task, _number, repeats) => Promise.resolve(plain.get(task)!(repeats)),
    close() {},
  };
}
