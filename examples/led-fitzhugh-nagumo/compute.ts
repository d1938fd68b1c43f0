import { type DataOf, type NetSpec, loadNet } from "@hml/nets";
import type { Parts } from "../lib/parts.ts";
import { progress } from "../lib/progress.ts";
import type { TrainJob, TrainResult, TrainSettings } from "../lib/train-job.ts";
import { type Pool, workerPool } from "../lib/workers.ts";
import type { AdaptiveJob, AdaptiveRun } from "./adaptive-job.ts";
import { codingError, coderSettings, coderSpec, consistentCoder, fieldScale, pcaError, plainCoder } from "./coder.ts";
import { generate, joined, massDrift, referenceError, type StudyData } from "./data.ts";
import type { ForecastJob } from "./forecast-job.ts";
import { type Forecast, spreadOffsets } from "./forecast.ts";
import type { ChosenLaw, LawJob } from "./law-job.ts";
import { codedRuns, loadLaws, recurrentPlans, sequences } from "./law.ts";
import { type Costs, measureCosts } from "./speed.ts";
import { type CoderPlan, PAPER, type Plan, type Restart, STATE, STEP } from "./study.ts";

/** A law, its coder, and what its training took. */
export interface TrainedLaw {
  readonly name: string;
  readonly coder: Uint8Array;
  readonly file: Uint8Array;
  readonly step: number;
  readonly seconds: number;
}

/** Errors of coders of one latent size on the test run, in squared standard deviations. */
export interface CodingErrors {
  readonly latentSize: number;
  readonly pca: number;
  readonly paper: number;
  readonly linear: number;
}

/** A variant of the forecasts of one law. */
export interface Variant {
  readonly macro: number;
  readonly restart: Restart;
  /** For each seed. */
  readonly forecasts: readonly Forecast[];
}

/** Everything that a run finds out. */
export interface Results {
  readonly plan: Plan;
  readonly data: StudyData;
  readonly latticeError: number;
  readonly massDrift: readonly [bounceBack: number, led: number];
  readonly coding: readonly CodingErrors[];
  readonly laws: readonly (TrainedLaw & { readonly choice: ChosenLaw })[];
  readonly recurrent: readonly TrainedLaw[];
  /** Forecasts of the test run from its beginning, for each seed; and with the recurrent nets. */
  readonly short: readonly Forecast[];
  readonly latent: Variant;
  readonly variants: readonly Variant[];
  readonly shortValidation: readonly Forecast[];
  readonly recurrentForecasts: readonly { readonly short: Forecast; readonly long: Forecast }[];
  readonly costs: Costs;
  readonly adaptive: readonly AdaptiveRun[];
  readonly fixed: readonly AdaptiveRun[];
}

const jobs = <Job, Result>(file: string, workers: number): Pool<Job, Result> =>
  workerPool<Job, Result>(new URL(file, import.meta.url), workers);

/** Computes what has not been kept from an earlier run. */
export async function compute(plan: Plan, seed: number, workers: number, parts: Parts): Promise<Results> {
  const data = await parts.get("data", plan, () => generate(plan));
  const settings = { seed, plan, origin: data.origin };
  // A coder, a law and forecasts of each seed; coders of the sweep; two recurrent nets in four trainings, with forecasts; costs.
  const ofSeed = 5 + 3 * plan.macro.length;
  const bar = progress("parts", plan.seeds * ofSeed + 2 * plan.latentSizes.length + 8 + 2 * plan.adaptive.runs + 1);
  let done = 0;
  const part = async <Value>(
    name: string,
    more: unknown,
    make: (unfinished: string) => Value | Promise<Value>,
  ): Promise<Value> => {
    const value = await parts.get(name, { ...settings, more }, make);
    bar.update(++done, name);
    return value;
  };

  const training = jobs<TrainJob, TrainResult>("../lib/train-job.ts", workers);
  const trainedNet = (
    name: string,
    spec: NetSpec,
    netData: DataOf<NetSpec>,
    options: TrainSettings,
    k: number,
  ): Promise<TrainResult> =>
    part(name, { spec, epochs: options.epochs }, (checkpoint) =>
      training.run({ spec, data: netData, settings: options, seed: seed + k, checkpoint }),
    );
  const coderNet = (name: string, coder: CoderPlan, k: number): Promise<TrainResult> =>
    trainedNet(name, coderSpec(coder), { inputs: data.training }, coderSettings(coder, data.training), k);

  // The coders of the forecasts first; what follows from them can begin while others are trained.
  const choosing = jobs<LawJob, ChosenLaw>("law-job.ts", workers);
  const laws = await Promise.all(
    Array.from({ length: plan.seeds }, async (_, k) => {
      const coder = await coderNet(`coder-${k}`, plan.coder, k);
      const choice = await part(`law-${k}`, k, () => choosing.run({ coder: coder.file, data, plan }));
      const seconds = coder.seconds + choice.seconds;
      return { name: `reservoir ${plan.units}`, coder: coder.file, file: choice.file, step: STEP, seconds, choice };
    }),
  );
  await choosing.close();
  const [main] = laws;

  const { scale } = fieldScale(data.training);
  const judged = joined(
    Array.from({ length: Math.floor(plan.test / 10) }, (_, k) =>
      data.test.subarray(10 * k * STATE, (10 * k + 1) * STATE),
    ),
  );
  const coding = await Promise.all(
    plan.latentSizes.map(async (latentSize) => {
      const linear = await coderNet(`linear-${latentSize}`, { ...plan.coder, latentSize }, 0);
      const paper = await coderNet(`paper-${latentSize}`, { ...plan.coder, encoder: 3, latentSize }, 0);
      return {
        latentSize,
        pca: pcaError(data.training, judged, fieldScale(data.training), latentSize),
        paper: codingError(plainCoder(paper.file), judged, scale),
        linear: codingError(consistentCoder(linear.file), judged, scale),
      };
    }),
  );

  const coder = consistentCoder(main!.coder);
  const runs = codedRuns(coder, data.training, PAPER.training.length);
  const recurrent = await Promise.all(
    recurrentPlans(coder.encoder.latentSize, plan.recurrentEpochs).map(async ({ name, spec, step, stages }) => {
      const key = name.toLowerCase().replace(" ", "-");
      let net: TrainResult | undefined;
      let seconds = 0;
      for (const [k, stage] of stages.entries()) {
        const before: TrainSettings = net === undefined ? stage : { ...stage, start: loadNet(net.file).weights() };
        net = await trainedNet(`${key}-${k}`, spec, sequences(runs, coder.encoder.latentSize, step), before, k);
        seconds += net.seconds;
      }
      return { name, coder: main!.coder, file: net!.file, step, seconds };
    }),
  );
  await training.close();

  const forecasting = jobs<ForecastJob, Forecast>("forecast-job.ts", workers);
  const offsets = spreadOffsets(plan.initialConditions, plan.test, plan.horizon);
  const forecastOf = (
    name: string,
    law: TrainedLaw,
    macro: number,
    restart: Restart = "first-order",
    from: readonly number[] = offsets,
    horizon: number = plan.horizon,
  ): Promise<Forecast> =>
    part(name, { macro, restart, from, horizon }, () =>
      forecasting.run({
        coder: law.coder,
        propagator: law.file,
        step: law.step,
        plan: {
          truth: data.test,
          offsets: from,
          ranges: data.ranges,
          horizon,
          macro,
          micro: macro === 0 ? 0 : PAPER.micro,
          restart,
        },
      }),
    );
  const everySeed = (name: string, macro: number, restart: Restart): Promise<Forecast[]> =>
    Promise.all(laws.map((law, k) => forecastOf(`${name}-${macro}-${restart}-${k}`, law, macro, restart)));
  const start = [0];
  const untilShort = PAPER.horizons[0] - 1;
  // The longest first, so that no thread waits for them at the end.
  const variants = await Promise.all(
    plan.macro.flatMap((macro) =>
      (["first-order", "equal-weights", "paper"] as const).map(
        async (restart): Promise<Variant> => ({
          macro,
          restart,
          forecasts: await everySeed("forecast", macro, restart),
        }),
      ),
    ),
  );
  const latent: Variant = { macro: 0, restart: "first-order", forecasts: await everySeed("latent", 0, "first-order") };
  const short = await Promise.all(
    laws.map((law, k) => forecastOf(`short-${k}`, law, 0, "first-order", start, untilShort)),
  );
  const shortValidation = await Promise.all(
    laws.map((law, k) => forecastOf(`short-validation-${k}`, { ...law, file: law.choice.short }, 0)),
  );
  const recurrentForecasts = await Promise.all(
    recurrent.map(async (law) => {
      const key = law.name.toLowerCase().replace(" ", "-");
      const near = await forecastOf(`${key}-short`, law, 0, "first-order", start, untilShort);
      return { short: near, long: await forecastOf(`${key}-latent`, law, 0) };
    }),
  );
  await forecasting.close();

  const switching = jobs<AdaptiveJob, AdaptiveRun>("adaptive-job.ts", workers);
  const adaptiveRuns = (kind: AdaptiveJob["kind"]): Promise<AdaptiveRun[]> =>
    Promise.all(
      Array.from({ length: plan.adaptive.runs }, (_, k) =>
        part(`${kind}-${k}`, k, () =>
          switching.run({
            coder: main!.coder,
            training: data.training,
            start: data.test.slice(1000 * STATE, 1001 * STATE),
            units: plan.units,
            length: plan.adaptive.length,
            change: plan.adaptive.change + k * STEP,
            kind,
          }),
        ),
      ),
    );
  const [adaptive, fixed] = await Promise.all([adaptiveRuns("adaptive"), adaptiveRuns("fixed")]);
  await switching.close();
  // Last, when no other thread runs.
  const timed = [main!, ...recurrent].map(({ name, coder: file, file: net, step }) => ({
    name,
    law: loadLaws(file, net, step).law,
  }));
  const costs = await part("costs", "medians", () => measureCosts(timed, data.test, 40));
  bar.finish();
  return {
    plan,
    data,
    latticeError: referenceError(),
    massDrift: [massDrift("bounce-back"), massDrift("led")],
    coding,
    laws,
    recurrent,
    short,
    latent,
    variants,
    shortValidation,
    recurrentForecasts,
    costs,
    adaptive,
    fixed,
  };
}
