import { checkOptions, finite, integer, nonNegative, oneOf, positive, show } from "@hml/guard";
import type { SequenceNet } from "../spec/sequence-net.ts";
import { flag } from "../spec/stack-spec.ts";

/**
 * Scheduled sampling: in training, a net reads its own prediction of a state instead of the state with a probability that
 * rises from epoch to epoch, so that it learns to live with its errors. After i epochs the true state is read with
 * probability 1 - `rate` i (`linear`), `rate`^i (`exponential`, rate below 1) or k / (k + exp(i / k)) with k the rate
 * (`inverse-sigmoid`, rate at least 1), never less than 1 - `most`.
 *
 * Source: S. Bengio, O. Vinyals, N. Jaitly, N. Shazeer, Scheduled sampling for sequence prediction with recurrent neural
 * networks, NeurIPS 2015, section 2.4.
 */
export interface SamplingOptions {
  /** How the probability falls. */
  readonly kind: "linear" | "exponential" | "inverse-sigmoid";
  /** How fast: 1 over the epochs for `linear`, 0.95 to 0.99 for `exponential`, a fifth of the epochs for `inverse-sigmoid`. */
  readonly rate: number;
  /** Largest probability of reading the net's own prediction, in [0, 1]; default 1. */
  readonly most?: number;
  /**
   * Whether gradients go through predictions that were read (default), which makes them those of the loss as it was
   * computed; without, predictions are data, as in the source.
   */
  readonly gradient?: boolean;
}

/** Weights of the parts of the loss of a latent net; not negative, not all zero. Only ratios matter. */
export interface LatentTerms {
  /** Of the states that come back from their codes; default 1. */
  readonly reconstruction: number;
  /** Of the predicted codes against those of the states that came; default 1. In units of the codes, which nothing fixes. */
  readonly consistency: number;
  /** Of the states decoded from predicted codes; default 1. */
  readonly forecast: number;
}

/** How sequences are walked in training. */
export interface SequenceOptions {
  /**
   * Steps of a chunk: gradients go back through all of them, and each chunk is one step of the optimiser. Default 30, or
   * `carry` where that is less. LED: 30 (FitzHugh-Nagumo), 100, 125.
   */
  readonly bptt?: number;
  /**
   * Steps after which the memory starts from zero again: a window. Within it the memory is handed from chunk to chunk, without
   * gradients. Default all the sequence has. LED: 300, 500, 1000.
   */
  readonly carry?: number;
  /**
   * Steps between the beginnings of windows; default `carry`, so that windows lie side by side (the last one ends where the
   * sequence does, and may overlap). Smaller ones give more windows, of other phases.
   */
  readonly stride?: number;
  /** First steps of each window that do not count in the loss, fewer than a chunk has; gradients go through them. Default 0. */
  readonly warmUp?: number;
  /** Scheduled sampling; none unless told otherwise. */
  readonly sampling?: SamplingOptions;
  /**
   * Steps that the net goes on alone in each window after `warmUp` + 1 true states, reading its own predictions; gradients go
   * through all of it. A window is then one chunk of `warmUp + horizon` steps, so `bptt`, `carry` and `sampling` are left out.
   * The loss counts these `horizon` predictions.
   */
  readonly horizon?: number;
  /**
   * Reservoirs: the weight of |W|^2 beside the mean squared error of the read-out, not negative; default 1e-8. Larger values
   * give steadier forecasts; 1e-10 to 1e-4.
   */
  readonly ridge?: number;
  /** Latent nets: the weights of the parts of the loss; all 1 unless told otherwise. See `latentNet`. */
  readonly terms?: Partial<LatentTerms>;
}

/** How sequences are walked, checked, with nothing left to default. */
export interface SequencePlan {
  readonly bptt: number;
  readonly carry: number;
  readonly stride: number;
  readonly warmUp: number;
  /** Whether the net goes on alone behind the warm-up. */
  readonly alone: boolean;
  /** Whether gradients go through the predictions that were read. */
  readonly through: boolean;
  /** The probability of reading the net's own prediction in an epoch, counted from 1. */
  readonly own: (epoch: number) => number;
  readonly ridge: number;
  readonly terms: LatentTerms;
}

/** Steps of a chunk unless told otherwise. */
const CHUNK = 30;

const KEYS: readonly (keyof SequenceOptions)[] = [
  "bptt",
  "carry",
  "stride",
  "warmUp",
  "sampling",
  "horizon",
  "ridge",
  "terms",
];

/** Checks the options for a net and sequences of so many steps. */
export function sequencePlan(where: string, spec: SequenceNet, options: SequenceOptions, steps: number): SequencePlan {
  checkOptions(where, options, KEYS, "sequence");
  const { warmUp = 0, sampling, horizon, ridge } = options;
  const closed = spec.kind === "reservoir";
  if (closed)
    refuse(where, options, ["bptt", "carry", "stride", "sampling", "horizon"], "a reservoir, which is solved for");
  else if (ridge !== undefined) throw new RangeError(`${where}: sequence.ridge must be left out for a ${spec.kind}`);
  if (spec.kind !== "latentNet" && options.terms !== undefined) {
    throw new RangeError(`${where}: sequence.terms must be left out for a ${spec.kind}, whose loss has one part`);
  }
  if (horizon !== undefined) {
    refuse(where, options, ["bptt", "carry", "sampling"], "a horizon, whose windows are chunks");
    integer(where, "sequence.warmUp", warmUp, 0, steps - 1);
    integer(where, "sequence.horizon", horizon, 1, steps - warmUp);
  }
  const whole = horizon === undefined ? undefined : warmUp + horizon;
  const carry = whole ?? integer(where, "sequence.carry", options.carry ?? steps, 1, steps);
  const bptt = whole ?? integer(where, "sequence.bptt", options.bptt ?? Math.min(CHUNK, carry), 1, carry);
  const most = horizon !== undefined ? warmUp : closed ? carry - 1 : bptt - 1;
  return {
    bptt,
    carry,
    stride: integer(where, "sequence.stride", options.stride ?? carry, 1),
    warmUp: integer(where, "sequence.warmUp", warmUp, 0, most),
    alone: horizon !== undefined,
    through: flag(where, "sequence.sampling.gradient", sampling?.gradient ?? true),
    own: horizon === undefined ? ownProbability(where, sampling) : () => 1,
    ridge: nonNegative(where, "sequence.ridge", ridge ?? 1e-8),
    terms: checkTerms(where, options.terms ?? {}),
  };
}

function checkTerms(where: string, terms: Partial<LatentTerms>): LatentTerms {
  checkOptions(where, terms, ["reconstruction", "consistency", "forecast"], "sequence.terms");
  const of = (name: keyof LatentTerms): number => nonNegative(where, `sequence.terms.${name}`, terms[name] ?? 1);
  const checked = {
    reconstruction: of("reconstruction"),
    consistency: of("consistency"),
    forecast: of("forecast"),
  };
  const total = checked.reconstruction + checked.consistency + checked.forecast;
  if (!(total > 0 && Number.isFinite(total))) {
    throw new RangeError(`${where}: sequence.terms must have a positive, finite sum, got ${total}`);
  }
  return checked;
}

function refuse(
  where: string,
  options: SequenceOptions,
  names: readonly (keyof SequenceOptions)[],
  what: string,
): void {
  for (const name of names) {
    if (options[name] === undefined) continue;
    throw new RangeError(`${where}: sequence.${name} must be left out for ${what}, got ${show(options[name])}`);
  }
}

/** The probability of reading the net's own prediction. */
function ownProbability(where: string, sampling: SamplingOptions | undefined): (epoch: number) => number {
  if (sampling === undefined) return () => 0;
  checkOptions(where, sampling, ["kind", "rate", "most", "gradient"], "sequence.sampling");
  const { most = 1 } = sampling;
  const kind = oneOf(where, "sequence.sampling.kind", sampling.kind, ["linear", "exponential", "inverse-sigmoid"]);
  const rate = positive(where, "sequence.sampling.rate", sampling.rate);
  finite(where, "sequence.sampling.most", most);
  if (!(most >= 0 && most <= 1))
    throw new RangeError(`${where}: sequence.sampling.most must lie in [0, 1], got ${most}`);
  if (kind === "exponential" && !(rate < 1)) {
    throw new RangeError(`${where}: sequence.sampling.rate must be below 1 for exponential, got ${rate}`);
  }
  if (kind === "inverse-sigmoid" && !(rate >= 1)) {
    throw new RangeError(`${where}: sequence.sampling.rate must be at least 1 for inverse-sigmoid, got ${rate}`);
  }
  return (epoch) => Math.min(most, 1 - trueProbability(kind, rate, epoch - 1));
}

/** The probability of reading the true state after so many epochs. */
function trueProbability(kind: SamplingOptions["kind"], rate: number, epochs: number): number {
  if (kind === "linear") return Math.max(0, 1 - rate * epochs);
  if (kind === "exponential") return Math.exp(epochs * Math.log(rate));
  return rate / (rate + Math.exp(epochs / rate));
}
