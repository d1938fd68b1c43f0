import {
  type MultiscaleReport,
  multiscale,
  random,
  type Schedule,
  type StageRecord,
  utilisation,
} from "@hml/integrators";
import { latentEnsemble, type LatentModel, saveNet, train } from "@hml/nets";
import { fitzHughNagumo } from "@hml/systems";
import { codesOf, coderSettings, consistentCoder, fieldScale, loadAutoencoder } from "./coder.ts";
import { joined } from "./data.ts";
import { fieldErrors, populations, restart } from "./forecast.ts";
import { codedRuns, lawsOf, sequences, trainReservoir } from "./law.ts";
import { CHANGED_EPSILON, PAPER, STATE, STEP } from "./study.ts";

/** A run in which epsilon changes, as it crosses to a thread. */
export interface AdaptiveJob {
  readonly coder: Uint8Array;
  readonly training: Float64Array;
  readonly start: Float64Array;
  readonly units: number;
  readonly length: number;
  /** Time at which epsilon changes. */
  readonly change: number;
  readonly kind: "adaptive" | "fixed";
}

/** What became of it. */
export interface AdaptiveRun {
  readonly change: number;
  readonly t: Float64Array;
  /** NAD(t), the mean of both fields. */
  readonly nad: Float64Array;
  readonly mnad: readonly [u: number, v: number];
  readonly stages: readonly StageRecord[];
  /** Times at which a new law was handed over, and how long all trainings took. */
  readonly retrained: readonly number[];
  readonly trainSeconds: number;
  readonly utilisation: number;
  readonly report: Pick<MultiscaleReport, "steps" | "microSteps" | "seconds">;
}

/** Errors above this, in standard deviations of the fields, send the run back to the micro solver. */
export const LARGEST_ERROR = 0.02;

/** Micro states in a row that a new law is trained on: three periods. */
const ENOUGH = 90;

/**
 * A cycle has one step of warm-up, two of comparison, four by the law, one of relaxation: a change that happens while the law
 * runs is noticed 20 units of time later at most. Without confidence the micro solver runs for 300.
 */
const CYCLE = { warmUp: 1, comparison: 2, macro: 4, micro: 60, relaxation: 1 } as const;

/** As many steps by the law and by the micro solver in turn. */
const FIXED: Schedule = { warmUp: PAPER.warmUp / STEP, macro: CYCLE.macro, micro: CYCLE.macro };

/** Laws of three seeds for one coder, as one: their mean, and how far they are apart. */
async function ensembleOf(
  coder: Uint8Array,
  runs: readonly Float64Array[],
  step: number,
  units: number,
): Promise<LatentModel> {
  const { latentSize } = consistentCoder(coder).encoder;
  const data = sequences(runs, latentSize, step);
  const laws: LatentModel[] = [];
  for (const seed of [1, 2, 3]) {
    const net = await trainReservoir(data, latentSize, units, { radius: 0.9, noise: 1e-3, seed });
    laws.push(lawsOf(coder, net, STEP).law);
  }
  return latentEnsemble(laws);
}

/** The coder, trained on for the states of a new regime beside the old ones. */
async function trainOn(coder: Uint8Array, training: Float64Array, fresh: Float64Array): Promise<Uint8Array> {
  const net = loadAutoencoder(coder);
  const old = training.filter((_, i) => Math.floor(i / STATE) % STEP === 0);
  const settings = coderSettings({ encoder: 0, decoder: 3, latentSize: 4, epochs: 60, weightDecay: 0.1 }, training);
  const next = await train(
    net.spec,
    { inputs: joined([old, fresh, fresh, fresh]) },
    { ...settings, learningRate: 1e-3, start: net.weights(), random: random(1) },
  );
  return saveNet(next);
}

/** Runs until epsilon has changed and the new regime has been forecast, adaptively or by a fixed schedule. */
export default async function adaptiveJob(job: AdaptiveJob): Promise<AdaptiveRun> {
  const { training, start, units, length, change, kind } = job;
  const frames = length / STEP;
  const truth = trueStates(start, length, change);
  const { scale } = fieldScale(training);
  const runs = codedRuns(consistentCoder(job.coder), training, PAPER.training.length);
  const first = await ensembleOf(job.coder, runs, STEP, units);

  const stages: StageRecord[] = [];
  const retrained: number[] = [];
  const errors = [new Float64Array(frames + 1), new Float64Array(frames + 1)] as const;
  /** Micro states in a row, up to the time `end`. */
  let row: Float64Array = new Float64Array(0);
  let end = 0;
  const fhn = fitzHughNagumo();
  // The laws' decoder changes with them; the restart reads the last one's.
  let law = first;
  const current: LatentModel = {
    ...first,
    encode: (u, out) => law.encode(u, out),
    decode: (z, out) => law.decode(z, out),
  };
  const schedule: Schedule =
    kind === "fixed"
      ? FIXED
      : { ...CYCLE, largestSpread: 10 * largestSpread(first, runs[0]!), largestError: LARGEST_ERROR };
  const flow = multiscale(fhn, first, schedule, {
    restriction: fhn.restriction,
    lifting: restart(fhn, current, "first-order"),
    clock: () => performance.now() / 1000,
    error: (predicted, actual) => {
      let sum = 0;
      for (let i = 0; i < STATE; i++) sum += ((predicted[i]! - actual[i]!) / scale[i]!) ** 2;
      return Math.sqrt(sum / STATE);
    },
    onState(t, state) {
      const frame = Math.round(t / STEP);
      const [u, v] = fieldErrors(state, 0, truth, frame * STATE);
      errors[0][frame] = u;
      errors[1][frame] = v;
    },
    onStage: (record) => void stages.push(record),
    onMicro({ t0, frames: count, states }) {
      const goesOn = row.length > 0 && Math.abs(t0 - end) < 1e-6;
      row = goesOn ? joined([row, states.subarray(STATE)]) : states.slice();
      end = t0 + (count - 1) * STEP;
    },
  });

  const f = populations(fhn, start, [0]);
  let coder = job.coder;
  let used = 0;
  let trainSeconds = 0;
  for (let t = 0; t < length; t += STEP) {
    if (t === change) fhn.set({ epsilon: CHANGED_EPSILON });
    flow.advance(f, t, t + STEP);
    const states = row.length / STATE;
    if (states < used) used = 0;
    if (kind === "fixed" || states - used <= ENOUGH) continue;
    used = states;
    const began = performance.now();
    coder = await trainOn(coder, training, row);
    law = await ensembleOf(coder, [codesOf(consistentCoder(coder), row)], 1, units);
    trainSeconds += (performance.now() - began) / 1000;
    flow.replace(law);
    retrained.push(t + STEP);
  }

  const ranges = [0, 1].map((field) => rangeOf(truth, field));
  const nad = errors[0].map((error, k) => (error / ranges[0]! + errors[1][k]! / ranges[1]!) / 2);
  const mean = (field: 0 | 1): number =>
    errors[field].reduce((sum, error) => sum + error, 0) / ((frames + 1) * ranges[field]!);
  const { steps, microSteps, seconds } = flow.report;
  return {
    change,
    t: Float64Array.from(nad, (_, k) => k * STEP),
    nad,
    mnad: [mean(0), mean(1)],
    stages,
    retrained,
    trainSeconds,
    utilisation: utilisation(flow.report),
    report: { steps: { ...steps }, microSteps, seconds: { ...seconds } },
  };
}

/** What the micro solver alone makes of it, a state every `STEP`. */
function trueStates(start: Float64Array, length: number, change: number): Float64Array {
  const fhn = fitzHughNagumo();
  const f = populations(fhn, start, [0]);
  const states = new Float64Array((length / STEP + 1) * STATE);
  for (let t = 0; t <= length; t += STEP) {
    fhn.restriction.restrict(f, states.subarray((t / STEP) * STATE, (t / STEP + 1) * STATE));
    if (t === change) fhn.set({ epsilon: CHANGED_EPSILON });
    fhn.advance(f, t, t + STEP);
  }
  return states;
}

/** The largest spread of an ensemble along a run of codes, one unit of time apart, behind the warm-up. */
function largestSpread(law: LatentModel, codes: Float64Array): number {
  const { latentSize } = law;
  const memory = law.initial();
  const out = new Float64Array(latentSize);
  let largest = 0;
  for (let t = 0; t * latentSize < codes.length; t += STEP) {
    law.step(codes.subarray(t * latentSize, (t + 1) * latentSize), memory, out);
    if (t >= PAPER.warmUp) largest = Math.max(largest, law.spread!(0));
  }
  return largest;
}

function rangeOf(states: Float64Array, field: number): number {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < states.length; i++) {
    if (Math.floor((i % STATE) / PAPER.points) !== field) continue;
    low = Math.min(low, states[i]!);
    high = Math.max(high, states[i]!);
  }
  return high - low;
}
