import { IntegrationError } from "@hml/integrators";
import { saveNet, type Trained } from "@hml/nets";
import { consistentCoder } from "./coder.ts";
import { joined, type StudyData } from "./data.ts";
import { forecast, type ForecastPlan } from "./forecast.ts";
import { codedRuns, lawsOf, sequences, trainReservoir } from "./law.ts";
import { type Candidate, PAPER, type Plan, STATE, STEP } from "./study.ts";

/** The choice of a law for a coder, as it crosses to a thread. */
export interface LawJob {
  readonly coder: Uint8Array;
  readonly data: Pick<StudyData, "training" | "validation" | "ranges">;
  readonly plan: Pick<Plan, "units" | "candidates" | "shortlist">;
}

/** The chosen reservoir, and the one that the paper's short validation runs would have chosen. */
export interface ChosenLaw {
  readonly file: Uint8Array;
  readonly candidate: Candidate;
  /** Mean error of its forecasts of the validation runs: alone, and at rho = 1. */
  readonly alone: number;
  readonly alternating: number;
  readonly short: Uint8Array;
  readonly seconds: number;
}

/**
 * Tries all candidates on the validation runs: which forecasts best alone, and of the best few, which does when micro bursts
 * restart it. Solving for a reservoir takes a twentieth of a second, so many can be tried.
 */
export default async function lawJob({ coder, data, plan }: LawJob): Promise<ChosenLaw> {
  const started = performance.now();
  const runs = codedRuns(consistentCoder(coder), data.training, PAPER.training.length);
  const latentSize = consistentCoder(coder).encoder.latentSize;
  const taught = sequences(runs, latentSize, STEP);
  const samples = Math.min(...data.validation.map((run) => run.length));
  const truth = joined(data.validation.map((run) => run.subarray(0, samples)));
  const length = samples / STATE;
  const task = (horizon: number, micro: number): ForecastPlan => ({
    truth,
    offsets: data.validation.map((_, k) => k * length),
    ranges: data.ranges,
    horizon,
    macro: PAPER.micro,
    micro,
    restart: "first-order",
  });
  const error = (laws: ReturnType<typeof lawsOf>, horizon: number, micro: number): number => {
    try {
      const { mnad } = forecast(laws.law, task(horizon, micro));
      return (mnad[0] + mnad[1]) / 2;
    } catch (cause) {
      // A law that leaves the finite numbers.
      if (cause instanceof IntegrationError) return Infinity;
      throw cause;
    }
  };
  const tried = [];
  for (const candidate of plan.candidates) {
    const net = await trainReservoir(taught, latentSize, plan.units, candidate);
    const laws = lawsOf(coder, net, STEP, data.validation.length);
    tried.push({
      candidate,
      net,
      laws,
      alone: error(laws, length - 1, 0),
      short: error(laws, PAPER.samples - 1, 0),
    });
  }
  const best = tried
    .toSorted((a, b) => a.alone - b.alone)
    .slice(0, plan.shortlist)
    .map(({ candidate, net, laws, alone }) => {
      return { candidate, net, alone, alternating: error(laws, length - 1, PAPER.micro) };
    })
    .toSorted((a, b) => a.alone + a.alternating - (b.alone + b.alternating));
  const [chosen] = best;
  const [short] = tried.toSorted((a, b) => a.short - b.short);
  return {
    file: saveNet(chosen!.net as Trained),
    candidate: chosen!.candidate,
    alone: chosen!.alone,
    alternating: chosen!.alternating,
    short: saveNet(short!.net as Trained),
    seconds: (performance.now() - started) / 1000,
  };
}
