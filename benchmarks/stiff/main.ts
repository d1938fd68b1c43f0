import { fileURLToPath } from "node:url";
import { formatTable } from "../../examples/lib/table.ts";
import { runBenchmark, type Task } from "../lib/bench.ts";
import { type Peer, pythonWith, startPeer } from "../lib/peer.ts";
import { hires, oregonator, robertson, vanDerPol } from "./chemistry.ts";
import { nearestError } from "./equal-error.ts";
import { allenCahn, heat, learned } from "./lattice.ts";
import { type Counted, count, type methods, timed } from "./ours.ts";
import { errorOf, type StiffTask } from "./task.ts";

/**
 * How far a peer's frames may lie from ours, relative to the largest number in them. Both sides have errors of up to 1e-4
 * in the component that is worst, by choice of the tolerance; their errors are measured and printed.
 */
const TOLERANCE = 3e-4;
/** The tolerance of SciPy's LSODA whose error everybody else is brought to. */
const TARGET_RTOL = 1e-6;

/** A line of the table of work: who needed what for that error. */
interface Work {
  readonly task: string;
  readonly who: string;
  readonly rtol: number;
  readonly error: number;
  readonly rhs_calls: number;
  readonly lu: number;
}

const quick = process.argv.includes("--quick");
const trials = quick ? 2 : 8;
const python = pythonWith(["numpy", "scipy"]);
const script = fileURLToPath(new URL("../python/stiff.py", import.meta.url));
const scipy = python === undefined ? undefined : startPeer(python.command, [script]);

/** Peers by name in the table, the method as SciPy calls it, and where to look first for the tolerance. */
const SCIPY = [
  { peer: "scipy-lsoda", method: "LSODA", start: TARGET_RTOL },
  { peer: "scipy-odeint", method: "odeint", start: TARGET_RTOL },
  { peer: "scipy-bdf", method: "BDF", start: 1e-6 },
  { peer: "scipy-radau", method: "Radau", start: 1e-4 },
] as const;

const work: Work[] = [];
const tasks: Task[] = [];
try {
  for (const problem of [robertson, vanDerPol, hires, oregonator, heat, allenCahn, learned]) {
    tasks.push(await atEqualError(problem));
  }
} catch (error) {
  scipy?.close();
  throw error;
}

console.log(formatTable(workTable()));
await runBenchmark({
  name: "stiff",
  tasks,
  programs: { radau: ourRadau(), scipy },
  rounds: quick ? 1 : 7,
  about: { mode: quick ? "quick" : "full", python: python?.versions ?? null, target_rtol: TARGET_RTOL, work },
});

/** Brings everybody to the error of SciPy's LSODA (without SciPy to that of our own `bdf`), and makes the task. */
async function atEqualError(problem: StiffTask): Promise<Task> {
  const reference = problem.reference();
  const errorAndOutcome = (outcome: Counted) => ({ error: errorOf(problem, outcome.frames, reference), outcome });
  const our = (method: keyof typeof methods) => (rtol: number) =>
    Promise.resolve(errorAndOutcome(count(problem, method, rtol)));
  const their = (method: string) => async (rtol: number) => {
    if (scipy === undefined) throw new Error("SciPy is not installed");
    const { values } = await scipy.run(`${problem.task}:${method}:${rtol}:count`, problem.atolPerRtol, 1);
    const [calls = Number.NaN, factorisations = Number.NaN, ...frames] = values;
    return errorAndOutcome({ calls, factorisations, frames });
  };
  const { error: target } = await (scipy === undefined ? our("bdf") : their("LSODA"))(TARGET_RTOL);

  async function settle(who: string, start: number, most: number, run: ReturnType<typeof our>): Promise<number> {
    const { rtol, error, outcome } = await nearestError(target, start, most, run);
    work.push({ task: problem.task, who, rtol, error, rhs_calls: outcome.calls, lu: outcome.factorisations });
    return rtol;
  }

  const rtol = await settle("ours-bdf", TARGET_RTOL, 8, our("bdf"));
  const radauRtol = await settle("ours-radau", 1e-4, 8, our("radau"));
  const opponents = [{ peer: "ours-radau", program: "radau", task: `${problem.task}:${radauRtol}` }];
  for (const { peer, method, start } of SCIPY) {
    const once = method === "LSODA" || method === "odeint";
    const found = scipy === undefined ? start : await settle(peer, start, once ? 1 : trials, their(method));
    opponents.push({ peer, program: "scipy", task: `${problem.task}:${method}:${found}` });
  }
  return {
    task: problem.task,
    ours: (repeats) => timed(problem, "bdf", rtol, repeats),
    // The number of the line protocol.
    number: problem.atolPerRtol,
    repeats: quick ? 1 : 3,
    tolerance: TOLERANCE,
    opponents,
  };
}

/** Our other method, in the place of a peer: its rows say what it would take instead of `bdf`. */
function ourRadau(): Peer {
  const problems = new Map([robertson, vanDerPol, hires, oregonator, heat, allenCahn, learned].map((p) => [p.task, p]));
  return {
    run(task, _number, repeats) {
      const [name = "", rtol] = task.split(":");
      return Promise.resolve(timed(problems.get(name)!, "radau", Number(rtol), repeats));
    },
    close() {},
  };
}

function workTable(): Parameters<typeof formatTable>[0] {
  const columns = ["task", "who", "rtol", "error", "RHS calls", "LU"].map((name) => ({ name }));
  return { columns, rows: work.map((row) => [row.task, row.who, row.rtol, row.error, row.rhs_calls, row.lu]) };
}
