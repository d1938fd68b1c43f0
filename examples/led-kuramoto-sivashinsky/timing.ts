import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { deserialize, serialize } from "node:v8";
import { multiscale, type TimeStepper } from "@hml/integrators";
import { kuramotoSivashinsky } from "@hml/systems";
import { modelFrom } from "./learn.ts";
import { LONG_DT, PAPER } from "./study.ts";

/** Microseconds per unit of time of the micro solvers, and of each law. */
export interface Timing {
  /** ETDRK4 with each of `SOLVER_STEPS`. */
  readonly solvers: readonly number[];
  /** The same by NumPy, steps of 0.025; nothing where there is no Python with NumPy. */
  readonly numpy: number | undefined;
  readonly laws: readonly LawTiming[];
  /** S of multiscale runs, measured: the micro solver of steps 0.025 over the multiscale run, over the same time. */
  readonly multiscale: readonly number[];
}

/** Microseconds of one law. */
export interface LawTiming {
  readonly step: number;
  /** A latent step, an encoding and a decoding of one state. */
  readonly latent: number;
  readonly encode: number;
  readonly decode: number;
}

/** A trained law that is to be timed. */
export interface TimedLaw {
  readonly step: number;
  readonly law: Uint8Array;
}

/**
 * Steps of the solver: the paper's, ten a sample; one a sample; and two longer ones. With the last it forecasts about as well as the
 * best law here; with twice that it is unstable.
 */
export const SOLVER_STEPS = [PAPER.dt, LONG_DT, 1, 2] as const;

/** What is to be timed. */
export interface TimingJob {
  readonly coder: Uint8Array;
  /** The law of the multiscale runs first. */
  readonly laws: readonly TimedLaw[];
  /** Macro phases T_m of the multiscale runs. */
  readonly macro: readonly number[];
  /** A state on the attractor. */
  readonly start: Float64Array;
  readonly rounds: number;
}

/**
 * Times everything in a process of its own. In one that has had threads, V8 looks at every access to an array whether it was handed
 * over to another thread, which makes the solvers half as slow again, and a comparison with them too favourable.
 */
export function timingsApart(job: TimingJob): Timing {
  const loader = ["--conditions", "hml-source", "--import", import.meta.resolve("tsx")];
  const script = fileURLToPath(new URL("timing-process.ts", import.meta.url));
  const said = execFileSync(process.execPath, [...loader, script], {
    input: serialize(job),
    stdio: ["pipe", "pipe", "inherit"],
  });
  return deserialize(Buffer.from(said.toString("ascii"), "base64")) as Timing;
}

/** Times everything in turn, one state at a time; medians over rounds. */
export function timings({ coder, laws, macro, start, rounds }: TimingJob): Timing {
  const work: Task[] = SOLVER_STEPS.map((dt) => runTask(kuramotoSivashinsky({ dt }), start, SOLVER_CALLS * dt));
  for (const { step, law } of laws) {
    const model = modelFrom(coder, law, step);
    const [z, u, memory] = [new Float64Array(model.latentSize), start.slice(), model.initial()];
    model.encode(u, z);
    const code = z.slice();
    work.push(callTask(() => model.step(z, memory, z)));
    work.push(callTask(() => model.encode(start, code)));
    work.push(callTask(() => model.decode(code, u)));
  }
  const { step, law } = laws[0]!;
  for (const time of macro) {
    const schedule = { warmUp: 0, macro: Math.round(time / step), micro: Math.round(PAPER.micro / step) };
    const flow = multiscale(kuramotoSivashinsky({ dt: PAPER.dt }), modelFrom(coder, law, step), schedule);
    work.push(runTask(flow, start, time + PAPER.micro));
  }
  const medians = inTurn(work, rounds);
  const solvers = medians.slice(0, SOLVER_STEPS.length);
  const rest = medians.slice(SOLVER_STEPS.length);
  return {
    solvers,
    numpy: numpySolver(),
    laws: laws.map((timed, k) => ({
      step: timed.step,
      latent: rest[3 * k]!,
      encode: rest[3 * k + 1]!,
      decode: rest[3 * k + 2]!,
    })),
    multiscale: macro.map((_, k) => solvers[0]! / rest[3 * laws.length + k]!),
  };
}

/**
 * What is timed, and how many units it covers: times or calls. Each is done within about a millisecond, which a busy machine does not
 * often interrupt, so that the median over rounds is that of undisturbed work.
 */
type Task = readonly [run: () => void, units: number];

/** A run that goes on from round to round. */
function runTask(flow: TimeStepper, start: Float64Array, time: number): Task {
  const u = start.slice();
  let t = 0;
  const run = (): void => {
    flow.advance(u, t, t + time);
    t += time;
  };
  return [run, time];
}

function callTask(call: () => void): Task {
  const run = (): void => {
    for (let k = 0; k < CALLS; k++) call();
  };
  return [run, CALLS];
}

const CALLS = 300;
const SOLVER_CALLS = 160;

/** Microseconds per unit: medians over rounds in which all take turns. */
function inTurn(work: readonly Task[], rounds: number): number[] {
  const times = work.map(() => new Float64Array(rounds));
  for (let round = -3; round < rounds; round++) {
    for (const [k, [run, units]] of work.entries()) {
      const began = performance.now();
      run();
      if (round >= 0) times[k]![round] = (1000 * (performance.now() - began)) / units;
    }
  }
  return times.map((each) => each.toSorted()[rounds >> 1]!);
}

/** Microseconds per unit of time of the solver as one writes it in NumPy, where there is one. */
function numpySolver(): number | undefined {
  try {
    const script = fileURLToPath(new URL("etdrk4.py", import.meta.url));
    const said = Number(execFileSync("python3", [script, String(PAPER.dt)], { encoding: "utf8", stdio: "pipe" }));
    return Number.isFinite(said) ? said : undefined;
  } catch {
    return undefined;
  }
}
