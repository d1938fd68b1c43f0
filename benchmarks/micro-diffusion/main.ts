import path from "node:path";
import { fileURLToPath } from "node:url";
import { checkSame, type Opponent, runBenchmark, type Task } from "../lib/bench.ts";
import { compileNative, firstLine, OUT, pythonWith, startPeer } from "../lib/peer.ts";
import { burst, burstCold, burstNine, heat, heatFlux } from "./ours.ts";
import { BURST, HEAT_STEP, writeProblem } from "./problem.ts";

/**
 * How far a peer's numbers may lie from ours, relative.
 *
 * `exact`: the C program built without fused multiply-adds does our operations in our order, so its bits must be ours:
 * this is what shows that both sides run one algorithm on one set of data.
 *
 * `solve`: in the plain elimination of SciPy's solvers a pivot tau A_ii - z carries z = 5 to 19 beside tau A_ii = 4e8, so
 * rounding it costs 2^-53 * 4e8 / 5 = 1e-8 of the increment (ours, in difference form, 1e-12). 3e-8.
 *
 * `step`: 200 explicit steps, rounding 1e-16 each, in numbers of size 0.3: 1e-13 with room for their sum.
 */
const TOLERANCE = { exact: 0, solve: 3e-8, step: 1e-13 } as const;

const c = (task: string, peer = "c"): Opponent => ({ peer, program: "c", task });
const numpy = (task: string, peer = "numpy"): Opponent => ({ peer, program: "numpy", task });

const tasks: readonly Task[] = [
  {
    task: "burst_exponential",
    ours: burst,
    number: BURST,
    repeats: 7,
    tolerance: TOLERANCE.solve,
    opponents: [c("burst"), c("burst_pairs", "c-pairs"), numpy("burst"), numpy("burst_factors", "scipy-zgttrs")],
  },
  {
    task: "burst_exponential_cold",
    ours: burstCold,
    number: BURST,
    repeats: 3,
    tolerance: TOLERANCE.solve,
    opponents: [c("burst_cold"), numpy("burst")],
  },
  {
    task: "burst_exponential_nine",
    ours: burstNine,
    number: BURST,
    repeats: 3,
    tolerance: TOLERANCE.solve,
    opponents: [c("burst_nine"), c("burst_nine_apart", "c-apart"), numpy("burst_nine")],
  },
  {
    task: "heat_stencil",
    ours: heat,
    number: HEAT_STEP,
    repeats: 200,
    tolerance: TOLERANCE.step,
    opponents: [c("heat"), numpy("heat")],
  },
  {
    task: "heat_stencil_flux",
    ours: heatFlux,
    number: HEAT_STEP,
    repeats: 200,
    tolerance: TOLERANCE.step,
    opponents: [c("heat_flux"), numpy("heat")],
  },
];

const quick = process.argv.includes("--quick");
const data = path.join(OUT, "micro-diffusion.f64");
writeProblem(data);
const fast = compileNative("micro-diffusion");
const exact = compileNative("micro-diffusion", ["-ffp-contract=off"], "micro-diffusion-exact");
const python = pythonWith(["numpy", "scipy"]);
const script = fileURLToPath(new URL("../python/micro-diffusion.py", import.meta.url));

if (exact !== undefined) await checkBits(exact);
await runBenchmark({
  name: "micro-diffusion",
  tasks,
  programs: {
    c: fast === undefined ? undefined : startPeer(fast, [data]),
    numpy: python === undefined ? undefined : startPeer(python.command, [script, data]),
  },
  rounds: quick ? 3 : 15,
  about: {
    mode: quick ? "quick" : "full",
    compiler: firstLine("gcc", ["--version"]) ?? null,
    python: python?.versions ?? null,
    // Threads and kernels of a BLAS can be set from outside; the settings are left alone and noted.
    blas_environment: Object.fromEntries(
      Object.entries(process.env).filter(([name]) => /^(OPENBLAS|OMP|MKL|BLIS|NVPL)_/.test(name)),
    ),
  },
});

/** The C program with our rounding gives our bits: one algorithm, one set of data. */
async function checkBits(program: string): Promise<void> {
  const peer = startPeer(program, [data]);
  try {
    for (const { task, ours, number, opponents } of tasks) {
      for (const opponent of opponents.filter((one) => one.program === "c")) {
        const theirs = await peer.run(opponent.task ?? task, number, 2);
        checkSame(`${task}, C without fused operations`, (await ours(2)).values, theirs.values, TOLERANCE.exact);
      }
    }
  } finally {
    peer.close();
  }
}
