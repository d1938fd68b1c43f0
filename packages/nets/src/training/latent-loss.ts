import type { LatentNetwork } from "../network/latent-network.ts";
import type { FloatArray } from "../network/part.ts";
import { type ChunkLoss, countedSteps, type WindowBatch } from "./chunk-loss.ts";
import type { InputNoise } from "./input-noise.ts";
import { type LossTerm, squaredError } from "./loss-term.ts";
import type { LatentTerms } from "./sequence-options.ts";
import type { Stepping } from "./stepping.ts";

/**
 * The loss of a latent net over a chunk, and its gradient through encoder, propagator and decoder:
 *
 *     L = (a |D(z_{t+1}) - x_{t+1}|^2 / n  +  b |p_{t+1} - z_{t+1}|^2 / l  +  c |D(p_{t+1}) - x_{t+1}|^2 / n) / (a + b + c)
 *
 * in the mean over the steps that count, with the weights of the sequences. All states of the chunk are encoded at once, the
 * codes go through the propagator as `stepping` has it, and the codes and their predictions are decoded at once. With noise the
 * codes are those of noisy states; what is decoded is compared with clean ones.
 */
export function latentLoss(
  network: LatentNetwork,
  stepping: Stepping,
  terms: LatentTerms,
  warmUp: number,
  noise: InputNoise | undefined,
  term: LossTerm = squaredError,
): ChunkLoss {
  const { encoder, decoder, propagator, size, rows: most } = network;
  const { inputs, outputs: latentSize, state } = propagator;
  /** Numbers of all codes of one time. */
  const block = most * latentSize;
  const total = terms.reconstruction + terms.consistency + terms.forecast;
  const share = {
    reconstruction: terms.reconstruction / total / size,
    consistency: terms.consistency / total / latentSize,
    forecast: terms.forecast / total / size,
  };
  const field = new Float64Array(size);
  const predicted = new Float64Array(latentSize);
  const code = new Float64Array(latentSize);

  const encode = ({ sequences, frames, rows }: WindowBatch, from: number, steps: number, noisy: boolean): void => {
    const { values } = sequences;
    for (let t = 0; t <= steps; t++) {
      const at = t * most * size;
      for (let r = 0; r < rows; r++) {
        const first = (frames[r]! + from + t) * size;
        const to = at + r * size;
        if (noisy && noise !== undefined) noise.add(values, first, size, encoder.input, to);
        else for (let c = 0; c < size; c++) encoder.input[to + c] = values[first + c]!;
      }
      encoder.input.fill(0, at + rows * size, at + most * size);
    }
    encoder.forward((steps + 1) * most, true);
  };
  /** The codes of a step, and what acts from outside, for rows that do not read their own predictions. */
  const put = (
    { sequences, frames, rows }: WindowBatch,
    step: number,
    t: number,
    input: FloatArray,
    fed?: Uint8Array,
  ) => {
    const { forcing, forces } = sequences;
    for (let r = 0; r < rows; r++) {
      const to = r * inputs;
      if (fed === undefined || fed[r] === 0) {
        for (let j = 0; j < latentSize; j++) input[to + j] = encoder.output[t * block + r * latentSize + j]!;
      }
      const frame = frames[r]! + step;
      for (let f = 0; f < forcing; f++) input[to + latentSize + f] = forces[frame * forcing + f]!;
    }
    input.fill(0, rows * inputs);
  };
  /** The loss of the state decoded in a row; its slopes go into the decoder. */
  const judgeState = (
    row: number,
    values: Float64Array,
    frame: number,
    weight: number,
    factor: number,
    sum: number,
  ) => {
    const at = row * size;
    for (let c = 0; c < size; c++) field[c] = decoder.output[at + c]!;
    const next = term(field, values, frame * size, weight, factor, sum);
    for (let c = 0; c < size; c++) decoder.outputGradient[at + c] = field[c]!;
    return next;
  };

  /** The sum of weighted losses over a chunk; sets the slopes of decoder, propagator and encoder beside those that come back. */
  const judge = (batch: WindowBatch, from: number, steps: number, factor: number): number => {
    const { sequences, frames, rows } = batch;
    const { times, values, weights } = sequences;
    decoder.outputGradient.fill(0);
    encoder.outputGradient.fill(0);
    let sum = 0;
    for (let t = 0; t < steps; t++) {
      const slopes = stepping.slopes[t]!;
      slopes.fill(0);
      if (from + t < warmUp) continue;
      for (let r = 0; r < rows; r++) {
        const frame = frames[r]! + from + t + 1;
        const weight = weights[Math.floor(frames[r]! / times)]!;
        const row = t * most + r;
        sum = judgeState(row, values, frame, weight * share.reconstruction, factor, sum);
        sum = judgeState((steps + t) * most + r, values, frame, weight * share.forecast, factor, sum);
        for (let j = 0; j < latentSize; j++) {
          code[j] = decoder.input[row * latentSize + j]!;
          predicted[j] = decoder.input[((steps + t) * most + r) * latentSize + j]!;
        }
        sum = term(predicted, code, 0, weight * share.consistency, factor, sum);
        for (let j = 0; j < latentSize; j++) {
          slopes[r * latentSize + j] = predicted[j]!;
          encoder.outputGradient[(t + 1) * block + r * latentSize + j] = -predicted[j]!;
        }
      }
    }
    return sum;
  };

  const backward = (rows: number, steps: number): void => {
    decoder.gradient.fill(0);
    decoder.backward(2 * steps * most);
    const back = decoder.inputGradient!;
    for (let t = 0; t < steps; t++) {
      add(back, t * block, encoder.outputGradient, (t + 1) * block, block);
      add(back, (steps + t) * block, stepping.slopes[t]!, 0, block);
    }
    stepping.backward(steps, (t, slopes, fed) => {
      for (let r = 0; r < rows; r++) {
        if (fed !== undefined && fed[r] === 1) continue;
        add(slopes, r * inputs, encoder.outputGradient, t * block + r * latentSize, latentSize);
      }
    });
    encoder.gradient.fill(0);
    encoder.backward((steps + 1) * most);
    network.collect();
  };

  const { engine, kernels, parameters, gradient } = network;
  return {
    network: { engine, kernels, parameters, gradient, rows: most, state },
    start: () => stepping.start(),
    value(batch, pass) {
      const { from, steps } = pass;
      network.update();
      const counted = countedSteps(from, steps, warmUp) * (batch.of ?? batch.rows);
      const factor = counted === 0 ? 0 : 1 / counted;
      encode(batch, from, steps, pass.backward);
      for (let i = 0; i < steps * block; i++) decoder.input[i] = encoder.output[block + i]!;
      stepping.forward(
        batch.rows,
        pass,
        (t, input, fed) => put(batch, from + t, t, input, fed),
        (t, output) => {
          const at = (steps + t) * block;
          for (let i = 0; i < block; i++) decoder.input[at + i] = output[i]!;
        },
      );
      decoder.forward(2 * steps * most, true);
      const sum = judge(batch, from, steps, factor);
      if (pass.backward) backward(batch.rows, steps);
      stepping.end(steps);
      return sum * factor;
    },
  };
}

function add(from: FloatArray, at: number, to: FloatArray, into: number, count: number): void {
  for (let i = 0; i < count; i++) to[into + i] = to[into + i]! + from[at + i]!;
}
