import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { burst, burstCold, burstNine, heat, heatFlux, type Measured, median } from "./ours.ts";
import { firstLine, type Peer, startPeer } from "./peer.ts";
import { BURST, HEAT_STEP, writeProblem } from "./problem.ts";

/**
 * How far a peer's numbers may lie from ours, relative.
 *
 * `exact`: the C program built without fused multiply-adds does our operations in our order, so its bits must be ours:
 * this is what shows that both sides run one algorithm on one set of data.
 *
 * `solve`: a pivot tau A_ii - z carries z = 5 to 19 beside tau A_ii = 4e8, so rounding it costs 2^-53 * 4e8 / 5 = 1e-8
 * of the increment; programs that round differently (fused multiply-adds, pivoting) differ by this much. 3e-8.
 *
 * `step`: 200 explicit steps, rounding 1e-16 each, in numbers of size 0.3: 1e-13 with room for their sum.
 */
const TOLERANCE = { exact: 0, solve: 3e-8, step: 1e-13 } as const;

interface Opponent {
  readonly peer: string;
  readonly program: "c" | "numpy";
  readonly task: string;
}

interface Task {
  readonly task: string;
  readonly ours: (repeats: number) => Measured;
  readonly number: number;
  /** Bursts or steps behind one sample. */
  readonly repeats: number;
  readonly tolerance: number;
  readonly opponents: readonly Opponent[];
}

const c = (task: string, peer = "c"): Opponent => ({ peer, program: "c", task });
const numpy = (task: string, peer = "numpy"): Opponent => ({ peer, program: "numpy", task });

const tasks: readonly Task[] = [
  {
    task: "burst_exponential",
    ours: burst,
    number: BURST,
    repeats: 7,
    tolerance: TOLERANCE.solve,
    opponents: [c("burst"), numpy("burst"), numpy("burst_factors", "scipy-zgttrs")],
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

interface Row {
  readonly task: string;
  readonly peer: string;
  readonly ours_ms: number;
  readonly peer_ms: number;
  readonly ratio: number;
  readonly ours_min_ms: number;
  readonly peer_min_ms: number;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Compiles the C program in two ways; undefined when there is no compiler. */
function compile(out: string): { fast: string; exact: string } | undefined {
  if (firstLine("gcc", ["--version"]) === undefined) return undefined;
  const source = here("../native/micro-diffusion.c");
  const build = (name: string, flags: readonly string[]): string => {
    execFileSync("gcc", ["-O3", "-march=native", ...flags, "-o", `${out}/${name}`, source, "-lm"], {
      stdio: "inherit",
    });
    return `${out}/${name}`;
  };
  return { fast: build("micro-diffusion", []), exact: build("micro-diffusion-exact", ["-ffp-contract=off"]) };
}

function compare(task: string, peer: string, ours: Measured, theirs: Measured, tolerance: number): void {
  const scale = Math.max(...ours.values.map(Math.abs));
  const same = ours.values.length === theirs.values.length;
  const worst = Math.max(...ours.values.map((value, i) => Math.abs(value - theirs.values[i]!))) / scale;
  if (!same || !(worst <= tolerance)) {
    throw new Error(
      `${task}: ${peer} must agree to ${tolerance} relative, got ${worst}; the two did not compute the same`,
    );
  }
}

/** Runs the benchmark, prints its table and writes micro-diffusion.json. */
export async function microDiffusion(options: { readonly quick: boolean }): Promise<void> {
  const rounds = options.quick ? 3 : 15;
  const out = here("../out");
  mkdirSync(out, { recursive: true });
  const data = `${out}/micro-diffusion.f64`;
  writeProblem(data);

  const programs = compile(out);
  const python = process.env["PYTHON"] ?? "/usr/bin/python3";
  const numpyVersion = firstLine(python, [
    "-c",
    "import numpy, scipy, platform; print(f'Python {platform.python_version()}, NumPy {numpy.__version__}, SciPy {scipy.__version__}')",
  ]);
  const peers: Partial<Record<Opponent["program"], Peer>> = {};
  if (programs !== undefined) peers.c = startPeer(programs.fast, [data]);
  if (numpyVersion !== undefined) peers.numpy = startPeer(python, [here("../python/micro-diffusion.py"), data]);

  try {
    if (programs !== undefined) await checkExact(startPeer(programs.exact, [data]));
    const rows: Row[] = [];
    for (const task of tasks) rows.push(...(await measure(task, peers, rounds)));
    const absent = [...new Set(tasks.flatMap((task) => task.opponents))]
      .filter((opponent) => peers[opponent.program] === undefined)
      .map((opponent) => opponent.peer);
    const blas = Object.entries(process.env).filter(([name]) => /^(OPENBLAS|OMP|MKL|NVPL|BLIS)_/.test(name));
    const report = {
      name: "micro-diffusion",
      mode: options.quick ? "quick" : "full",
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      node: process.version,
      compiler: firstLine("gcc", ["--version"]) ?? null,
      python: numpyVersion ?? null,
      blas_environment: Object.fromEntries(blas),
      rounds,
      rows,
      absent: [...new Set(absent)],
    };
    writeFileSync(`${out}/micro-diffusion.json`, `${JSON.stringify(report, undefined, 2)}\n`);
    print(rows);
  } finally {
    for (const peer of Object.values(peers)) peer.close();
  }
}

/** The C program with our rounding gives our bits: one algorithm, one set of data. */
async function checkExact(peer: Peer): Promise<void> {
  for (const { task, ours, number, opponents } of tasks) {
    for (const opponent of opponents.filter(({ program }) => program === "c")) {
      compare(task, `${opponent.peer} without fused operations`, ours(2), await peer.run(opponent.task, number, 2), 0);
    }
  }
  peer.close();
}

/** Rounds of one sample each, the order turning from round to round; the first round warms up and is dropped. */
async function measure(task: Task, peers: Partial<Record<Opponent["program"], Peer>>, rounds: number): Promise<Row[]> {
  const opponents = task.opponents.filter(({ program }) => peers[program] !== undefined);
  const times = new Map<string, number[]>();
  const players = [undefined, ...opponents];
  for (let round = -1; round < rounds; round++) {
    const results = new Map<string, Measured>();
    for (let p = 0; p < players.length; p++) {
      const player = players[(p + round + 1) % players.length];
      const result =
        player === undefined
          ? task.ours(task.repeats)
          : await peers[player.program]!.run(player.task, task.number, task.repeats);
      results.set(player?.peer ?? "ours", result);
    }
    for (const [name, result] of results) {
      if (name !== "ours") compare(task.task, name, results.get("ours")!, result, task.tolerance);
      if (round >= 0) times.set(name, [...(times.get(name) ?? []), result.ms]);
    }
  }
  const ours = times.get("ours")!;
  return opponents.map(({ peer }) => {
    const theirs = times.get(peer)!;
    return {
      task: task.task,
      peer,
      ours_ms: median(ours),
      peer_ms: median(theirs),
      ratio: median(theirs) / median(ours),
      ours_min_ms: Math.min(...ours),
      peer_min_ms: Math.min(...theirs),
    };
  });
}

function print(rows: readonly Row[]): void {
  const cells = rows.map((row) => [
    row.task,
    row.peer,
    ...[row.ours_ms, row.peer_ms, row.ratio, row.ours_min_ms, row.peer_min_ms].map((x) => x.toPrecision(3)),
  ]);
  const head = ["task", "peer", "ours ms", "peer ms", "peer/ours", "ours min", "peer min"];
  for (const line of [head, ...cells]) console.log(line.map((cell, i) => cell.padEnd(i < 2 ? 24 : 11)).join(""));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await microDiffusion({ quick: process.argv.includes("--quick") });
}
