import type { History } from "@hml/nets";
import type { Parts } from "../lib/parts.ts";
import { type Case, startTimes } from "./cases.ts";
import type { VariantErrors } from "./errors.ts";
import { variantErrors } from "./errors.ts";
import type { Forecast } from "./forecast-job.ts";
import type { Jobs } from "./job.ts";
import type { Nets } from "./law.ts";
import { coderData, coderSettings, coderSpec, codesOf, propagatorSettings, propagatorSpec } from "./learn.ts";
import type { MicroSamples } from "./micro.ts";
import type { ExactLaw } from "./reference.ts";

/** What a study works with: finished parts, threads, a seed. */
export interface Workshop {
  readonly parts: Parts;
  readonly seed: number;
  run<K extends keyof Jobs>(kind: K, job: Jobs[K]["job"]): Promise<Jobs[K]["result"]>;
  /** Told of every part of the study that is there, whether it was kept or computed. */
  done(what: string): void;
}

/** How a forecast is cut between the law and the particles; times T_m and T_mu, 0 for none. */
export interface Variant {
  readonly name: string;
  readonly macro: number;
  readonly micro: number;
  /** Where it differs from that of the case. */
  readonly particles?: number;
}

/** A case that has been learned. */
export interface Learned {
  readonly system: Case;
  readonly nets: Nets;
  /** All that the nets depend on, as plain data. */
  readonly settings: unknown;
  /** Codes of the run that was learned from, `[sample, latent number]`. */
  readonly codes: Float64Array;
  readonly coderLoss: { readonly training: number; readonly validation: number };
  readonly propagatorLoss: { readonly training: number; readonly validation: number };
  readonly seconds: { readonly coder: number; readonly propagator: number };
}

/** A variant that has been run and judged. */
export interface Judged extends VariantErrors {
  readonly variant: Variant;
  /** All runs, `[initial condition][seed]`. */
  readonly runs: readonly (readonly Forecast[])[];
  readonly laws: readonly ExactLaw[];
  /** Median over the runs of what a run was faster than its particles alone. */
  readonly speedUp: number;
}

/** Epochs of autoencoder and LSTM. */
export interface Epochs {
  readonly coder: number;
  readonly propagator: number;
}

/** Samples in a stretch of data. */
const STRETCH = 100;

/** Steps between the moments that are kept: one a unit of time. */
const every = (system: Case): number => Math.round(1 / system.sampling);

/** Makes the data of a case, trains the autoencoder, then the LSTM on its codes. */
export async function learn({ parts, seed, run, done }: Workshop, system: Case, epochs: Epochs): Promise<Learned> {
  const { particles } = system;
  // In stretches, each a part with random numbers of its own, so that a kill costs little.
  const data = async (role: string, number: number, start: number, samples: number): Promise<Float32Array> => {
    const stretches: MicroSamples[] = [];
    for (let from = 0; from < samples; from += STRETCH) {
      const job = {
        system,
        seed: 1000 * seed + 100 * number + stretches.length,
        start: start + from * system.sampling,
        samples: Math.min(STRETCH, samples - from),
        particles,
      };
      const before = stretches.at(-1);
      const settings = { ...job, system: learnedFrom(system), first: start };
      const made = await parts.get(part(system, role), settings, () =>
        run("micro", before === undefined ? job : { ...job, from: before.end }),
      );
      stretches.push(made);
    }
    done(`${system.name} ${role} data`);
    const whole = new Float32Array(samples * particles * system.axes);
    for (const [k, { clouds }] of stretches.entries()) whole.set(clouds, k * STRETCH * particles * system.axes);
    return whole;
  };
  // The run that says when to stop begins at the other phase of the slowest wind.
  const [second] = startTimes(system, 2).slice(1);
  const [training, validation] = await Promise.all([
    data("training", 1, 0, system.samples),
    data("validation", 2, second!, system.validation),
  ]);

  const coderJob = { spec: coderSpec(system), settings: coderSettings(epochs.coder, system), seed: seed + 3 };
  const coder = await parts.get(
    part(system, "autoencoder"),
    { system: learnedFrom(system), ...coderJob, dataSeed: seed },
    (unfinished) =>
      run("train", {
        ...coderJob,
        data: coderData(training, system, seed + 4),
        validation: coderData(validation, system, seed + 5),
        checkpoint: unfinished,
      }),
  );
  done(`${system.name} autoencoder`);

  const codes = codesOf(coder.file, training, system);
  const propagatorJob = {
    spec: propagatorSpec(system),
    settings: propagatorSettings(epochs.propagator, system),
    seed: seed + 6,
  };
  const settings = { system: learnedFrom(system), coder: { ...coderJob, dataSeed: seed }, ...propagatorJob };
  const propagator = await parts.get(part(system, "lstm"), settings, (unfinished) =>
    run("train", {
      ...propagatorJob,
      data: { values: codes, times: system.samples },
      validation: { values: codesOf(coder.file, validation, system), times: system.validation },
      checkpoint: unfinished,
    }),
  );
  done(`${system.name} LSTM`);
  return {
    system,
    settings,
    nets: { coder: coder.file, propagator: propagator.file },
    codes,
    coderLoss: best(coder.history),
    propagatorLoss: best(propagator.history),
    seconds: { coder: coder.seconds, propagator: propagator.seconds },
  };
}

/** Runs a variant from `starts` initial conditions with `seeds` seeds each, and judges it. */
export async function judge(
  { parts, seed, run, done }: Workshop,
  { system, nets, settings }: Learned,
  variant: Variant,
  starts: number,
  seeds: number,
  snapshots: readonly number[] = [],
): Promise<Judged> {
  const { sampling, warmUp, forecast } = system;
  const particles = variant.particles ?? system.particles;
  const interval = every(system) * sampling;
  const steps = (time: number): number => Math.round(time / sampling);
  const outcome = startTimes(system, starts).map(async (start, condition) => {
    const entries = Math.floor((warmUp + forecast) / interval) + 1;
    const lawJob = { system, start, interval, entries };
    const law = parts.get(part(system, "exact"), lawJob, () => run("law", lawJob));
    const runs = Array.from({ length: seeds }, async (_, k) => {
      const job = {
        system,
        seed: 1000 * seed + 500 + 50 * condition + k,
        start,
        particles,
        macro: steps(variant.macro),
        micro: steps(variant.micro),
        every: every(system),
        snapshots: condition === 0 && k === 0 ? snapshots : [],
      };
      const made = await parts.get(part(system, "forecast"), { nets: settings, ...job }, () =>
        run("forecast", { ...job, nets }),
      );
      done(`${system.name} ${variant.name}`);
      return made;
    });
    return { law: await law, runs: await Promise.all(runs), particles };
  });
  const ensembles = await Promise.all(outcome);
  const speedUps = ensembles.flatMap(({ runs }) => runs.map((one) => one.speedUp)).toSorted((a, b) => a - b);
  return {
    variant,
    runs: ensembles.map(({ runs }) => runs),
    laws: ensembles.map(({ law }) => law),
    speedUp: speedUps[speedUps.length >> 1]!,
    ...variantErrors(ensembles, warmUp),
  };
}

/** What of a case the nets depend on: not how long is forecast. */
function learnedFrom(system: Case): unknown {
  return { ...system, forecast: undefined, warmUp: undefined };
}

/** A part's name: letters, digits and hyphens. */
function part({ name }: Case, role: string): string {
  return `${name.toLowerCase().replace(" ", "-")}-${role}`;
}

/** Losses of the epoch that was kept. */
function best({ loss, validation }: History): Learned["coderLoss"] {
  const least = Math.min(...validation);
  return { training: loss[validation.indexOf(least)]!, validation: least };
}
