import { fileURLToPath } from "node:url";
import { runBenchmark, type Task } from "../lib/bench.ts";
import { compileNative, compileWithFftw, firstLine, type Peer, pythonWith, startPeer } from "../lib/peer.ts";
import { latentSteps, latticeSteps, particleSteps, type Timed, waveSteps } from "./ours.ts";
import { LATTICE_STEPS, NODES, PARTICLE_STEPS, PARTICLES, ROLLOUT } from "./problem.ts";

/** 200 steps of rounding to 1e-16 each, in another order; no disturbance grows by more than a factor 3 until t = 1. */
const LATTICE_TOLERANCE = 1e-12;

/** At most 10 steps of four stages from a smooth field; what differs are the coefficients, contour integrals good to 1e-14. */
const WAVE_TOLERANCE = 1e-12;

/** Float32, products of up to 200 terms, over a rollout of 100 steps that forgets. */
const LATENT_TOLERANCE = 1e-3;

const quick = process.argv.includes("--quick");
const repeats = quick ? 5 : 20;

/**
 * Six standard errors of the difference of two means of x over all particles of a sample, relative to the largest of our
 * moments, which is about 0.35. The standard deviation along the widest axis at t = 1/2 is 0.29, of x^2 less.
 */
const PARTICLE_TOLERANCE = (6 * 0.29 * Math.SQRT2) / Math.sqrt(repeats * PARTICLES) / 0.35;

const lattice = `${NODES}:${LATTICE_STEPS}`;
const tasks: Task[] = [
  {
    ...task("fhn_200_lb_steps", latticeSteps(), repeats, LATTICE_TOLERANCE),
    opponents: [
      { peer: "numpy-paper", program: "numpy", task: `fhn:paper:${lattice}` },
      { peer: "numpy", program: "numpy", task: `fhn:lean:${lattice}` },
      { peer: "c", program: "c", task: `fhn:${lattice}` },
    ],
  },
  {
    ...task("particles_500x3000", particleSteps(), repeats, PARTICLE_TOLERANCE),
    opponents: ["numpy", "c"].map((peer) => ({
      peer,
      program: peer,
      task: `particles:${PARTICLES}:${PARTICLE_STEPS}`,
    })),
  },
  waves("ks_10_steps", 0.025),
  waves("ks_1_step", 0.25),
  latent(16),
  latent(200),
];

const python = pythonWith(["numpy"]);
const torch = pythonWith(["numpy", "torch"]);
const gcc = firstLine("gcc", ["--version"]);
const native = compileNative("led", ["-fno-math-errno", "-ffp-contract=fast"]);
const spectral = compileWithFftw("spectral", ["-ffast-math"]);

await runBenchmark({
  name: "led",
  tasks,
  programs: {
    numpy: python === undefined ? undefined : startPeer(python.command, [script("led")]),
    torch: torch === undefined ? undefined : startPeer(torch.command, [script("led")]),
    c: native === undefined ? undefined : startPeer(native, []),
    "numpy-waves": python === undefined ? undefined : wholeRuns(startPeer(python.command, [script("spectral")])),
    "c-fftw": spectral === undefined ? undefined : wholeRuns(startPeer(spectral, [])),
  },
  rounds: quick ? 3 : 15,
  about: {
    mode: quick ? "quick" : "full",
    compiler: gcc ?? null,
    python: torch?.versions ?? python?.versions ?? null,
  },
});

function task(name: string, ours: Timed, times: number, tolerance: number): Omit<Task, "opponents"> {
  return { task: name, ours, repeats: times, number: 1, tolerance };
}

/** Kuramoto and Sivashinsky's equation to t = 1/4; the peers are those of the benchmark `spectral`. */
function waves(name: string, dt: number): Task {
  const theirs = `ks:64:22:${Math.round(0.25 / dt)}`;
  const opponents = [
    { peer: "numpy", program: "numpy-waves", task: theirs },
    { peer: "c-fftw", program: "c-fftw", task: theirs },
  ];
  return { ...task(name, waveSteps(dt), 20 * repeats, WAVE_TOLERANCE), number: dt, opponents };
}

function latent(units: number): Task {
  const opponents = [{ peer: "torch", program: "torch", task: `gru:${units}:${ROLLOUT}` }];
  return { ...task(`gru${units}_step`, latentSteps(units), repeats, LATENT_TOLERANCE), opponents };
}

/** The programs of `spectral` answer with the time of a step; here it is that of the whole run. */
function wholeRuns(peer: Peer): Peer {
  return {
    async run(name, number, times) {
      const { ms, values } = await peer.run(name, number, times);
      return { ms: ms * Number(name.split(":")[3]), values };
    },
    close: () => peer.close(),
  };
}

function script(name: string): string {
  return fileURLToPath(new URL(`../python/${name}.py`, import.meta.url));
}
