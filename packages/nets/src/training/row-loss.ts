import type { FloatArray, Network } from "../network/part.ts";
import type { SampleMap } from "../network/sample-map.ts";
import type { InputNoise } from "./input-noise.ts";
import type { Criterion } from "./criterion.ts";
import type { Samples } from "./training-data.ts";

/** A loss over samples with its gradient. */
export interface RowLoss {
  /** The net that it judges. */
  readonly network: Network;
  /** The loss over the samples order[from...to - 1] of `samples`, which are laid out as those it was made for. */
  value(samples: Samples, order: Int32Array, from: number, to: number): number;
  /**
   * The same in training; also sets the network's gradient. Of the samples of a batch of `batch` ones, all unless told
   * otherwise: they give their part of its loss.
   */
  valueAndGradient(samples: Samples, order: Int32Array, from: number, to: number, batch?: number): number;
}

/**
 * The loss of a network, 1/(b p) times the sum of the criterion over b samples of p terms, plus 1/b times the sum of the
 * network's own penalties. A batch is walked in tiles of whole samples in the order given, so every sum is taken in one
 * fixed order. `noise` is added to the inputs in training, new for each sample each time; targets stay as they are. Work
 * arrays are made here.
 */
export function rowLoss(
  network: Network,
  map: SampleMap,
  criterion: Pick<Criterion, "term" | "terms" | "targets">,
  tile: number,
  noise?: InputNoise,
): RowLoss {
  const { term, terms, targets: judged } = criterion;
  const { networkInputs, networkOutputs, gather, head } = map;
  const { input, output, outputGradient } = network;
  const predictions = new Float64Array(map.outputs);
  const noisy = new Float64Array(noise === undefined ? 0 : map.inputs);

  function pass(
    samples: Samples,
    order: Int32Array,
    from: number,
    to: number,
    batch: number,
    backward: boolean,
  ): number {
    const { inputs, targets, weights } = samples;
    const share = 1 / batch;
    const scale = share / terms;
    network.update();
    if (backward) network.gradient.fill(0);
    let sum = 0;
    let penalties = 0;
    for (let first = from; first < to; first += tile) {
      const end = Math.min(first + tile, to);
      for (let s = first; s < end; s++) {
        const at = order[s]! * map.inputs;
        const place = (s - first) * networkInputs;
        if (noise === undefined || !backward) put(inputs, at, gather, input, place, networkInputs);
        else {
          noise.add(inputs, at, map.inputs, noisy, 0);
          put(noisy, 0, gather, input, place, networkInputs);
        }
      }
      network.forward((end - first) * map.rows, backward);
      for (let s = first; s < end; s++) {
        const at = (s - first) * networkOutputs;
        const row = order[s]!;
        head.apply(output, at, predictions);
        sum = term(predictions, targets, row * judged, weights[row]!, scale, sum);
        if (network.penalty !== undefined) {
          penalties += weights[row]! * network.penalty(s - first, share * weights[row]!);
        }
        if (backward) head.transpose(predictions, outputGradient, at);
      }
      if (backward) network.backward((end - first) * map.rows);
    }
    return sum * scale + penalties * share;
  }

  return {
    network,
    value: (samples, order, from, to) => pass(samples, order, from, to, to - from, false),
    valueAndGradient: (samples, order, from, to, batch = to - from) => pass(samples, order, from, to, batch, true),
  };
}

/** The `count` numbers that a network reads of the sample at values[at...], into out[to...]. */
export function put(
  values: Float64Array,
  at: number,
  gather: Int32Array | undefined,
  out: FloatArray,
  to: number,
  count: number,
): void {
  if (gather === undefined) for (let i = 0; i < count; i++) out[to + i] = values[at + i]!;
  else for (let i = 0; i < count; i++) out[to + i] = values[at + gather[i]!]!;
}
