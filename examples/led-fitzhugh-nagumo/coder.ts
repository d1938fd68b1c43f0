import { pca, pcaReconstruction, pcaScores } from "@hml/metrics";
import {
  autoencoder,
  type Autoencoder,
  type ChannelScale,
  decoderOf,
  encoderOf,
  loadNet,
  type StateDecoder,
  type StateEncoder,
  type Trained,
} from "@hml/nets";
import type { TrainSettings } from "../lib/train-job.ts";
import { fieldOf } from "./data.ts";
import { type CoderPlan, STATE } from "./study.ts";

/** An encoder and a decoder of states. */
export interface Coder {
  readonly encoder: StateEncoder;
  readonly decoder: StateDecoder;
}

/** Layers of the paper. */
const HIDDEN = { units: 100, activation: "tanh" } as const;

/** The net of a coder; with no layer before the code the code is linear in the state. */
export function coderSpec({ encoder, decoder, latentSize }: CoderPlan): Autoencoder {
  const layers = (count: number): (typeof HIDDEN)[] => Array.from({ length: count }, () => HIDDEN);
  return autoencoder({ inputs: STATE, encoder: layers(encoder), decoder: layers(decoder), latentSize });
}

/** How a coder is trained; both fields are scaled to mean 0 and variance 1 over the training states. */
export function coderSettings({ epochs, weightDecay }: CoderPlan, training: Float64Array): TrainSettings {
  return {
    epochs,
    batchSize: 32,
    learningRate: 2e-3,
    schedule: { kind: "cosine" },
    weightDecay,
    scale: { inputs: fieldScale(training) },
    precision: "float32",
  };
}

/** Mean and standard deviation of each field, one pair a number of the state. */
export function fieldScale(states: Float64Array): ChannelScale {
  const sums = [0, 0];
  const squares = [0, 0];
  const count = states.length / 2;
  states.forEach((value, i) => (sums[fieldOf(i)]! += value / count));
  states.forEach((value, i) => (squares[fieldOf(i)]! += (value - sums[fieldOf(i)]!) ** 2 / count));
  return {
    offset: Float64Array.from({ length: STATE }, (_, i) => sums[fieldOf(i)]!),
    scale: Float64Array.from({ length: STATE }, (_, i) => Math.sqrt(squares[fieldOf(i)]!)),
  };
}

/** A trained autoencoder from its file. */
export function loadAutoencoder(file: Uint8Array): Trained<Autoencoder> {
  const net = loadNet(Uint8Array.from(file));
  if (net.spec.kind !== "autoencoder") throw new TypeError(`a coder must be an autoencoder, got ${net.spec.kind}`);
  return net as Trained as Trained<Autoencoder>;
}

/** The two halves as they were trained. */
export function plainCoder(file: Uint8Array): Coder {
  const net = loadAutoencoder(file);
  return { encoder: encoderOf(net), decoder: decoderOf(net) };
}

/**
 * A coder with a linear encoder E(u) = A u + b, whose decoder is made consistent: the decoded state is moved by the least
 * change, measured in standard deviations, that gives it back its code, E(D(z)) = z,
 *
 *   D(z) = d(z) + S^2 A^T (A S^2 A^T)^-1 (z - E(d(z))).
 *
 * What the law says of a code is then what the micro solver starts from, up to directions that the code does not see.
 */
export function consistentCoder(file: Uint8Array): Coder {
  const net = loadAutoencoder(file);
  const [encode, decoder] = [encoderOf(net), decoderOf(net)];
  const { latentSize } = encode;
  const scale = net.scaling?.inputs?.scale ?? new Float64Array(STATE).fill(1);
  const { matrix, offset } = linearMap(encode);
  const back = leastChange(matrix, scale, latentSize);
  const code = new Float64Array(latentSize);
  const encoder: StateEncoder = {
    latentSize,
    encode(u, out) {
      for (let j = 0; j < latentSize; j++) {
        let sum = offset[j]!;
        for (let i = 0; i < STATE; i++) sum += matrix[j * STATE + i]! * u[i]!;
        out[j] = sum;
      }
    },
  };
  return {
    encoder,
    decoder: {
      latentSize,
      size: STATE,
      decode(z, out) {
        decoder.decode(z, out);
        encoder.encode(out, code);
        for (let j = 0; j < latentSize; j++) code[j] = z[j]! - code[j]!;
        for (let i = 0; i < STATE; i++) {
          let sum = out[i]!;
          for (let j = 0; j < latentSize; j++) sum += back[i * latentSize + j]! * code[j]!;
          out[i] = sum;
        }
      },
    },
  };
}

/** A and b of an encoder without layers, by asking it. */
function linearMap(encode: StateEncoder): { readonly matrix: Float64Array; readonly offset: Float64Array } {
  const { latentSize } = encode;
  const unit = new Float64Array(STATE);
  const offset = new Float64Array(latentSize);
  encode.encode(unit, offset);
  const column = new Float64Array(latentSize);
  const matrix = new Float64Array(latentSize * STATE);
  for (let i = 0; i < STATE; i++) {
    unit[i] = 1;
    encode.encode(unit, column);
    unit[i] = 0;
    for (let j = 0; j < latentSize; j++) matrix[j * STATE + i] = column[j]! - offset[j]!;
  }
  return { matrix, offset };
}

/** S^2 A^T (A S^2 A^T)^-1, `[state, code]`. */
function leastChange(matrix: Float64Array, scale: Float64Array, size: number): Float64Array {
  const weighted = matrix.map((value, k) => value * scale[k % STATE]! ** 2);
  const gram = Array.from({ length: size }, (_, j) =>
    Array.from({ length: size }, (_unused, k) => {
      let sum = 0;
      for (let i = 0; i < STATE; i++) sum += matrix[j * STATE + i]! * weighted[k * STATE + i]!;
      return sum;
    }),
  );
  const inverse = inverseOf(gram);
  return Float64Array.from({ length: STATE * size }, (_, n) => {
    const [i, j] = [Math.floor(n / size), n % size];
    let sum = 0;
    for (let k = 0; k < size; k++) sum += weighted[k * STATE + i]! * inverse[k]![j]!;
    return sum;
  });
}

/** The inverse of a symmetric positive matrix of a few rows, by Gauss and Jordan. */
function inverseOf(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let i = 0; i < n; i++) {
    const pivot = rows[i]![i]!;
    rows[i] = rows[i]!.map((value) => value / pivot);
    for (let k = 0; k < n; k++) {
      const factor = rows[k]![i]!;
      if (k !== i) rows[k] = rows[k]!.map((value, j) => value - factor * rows[i]![j]!);
    }
  }
  return rows.map((row) => row.slice(n));
}

/** Mean squared error, in standard deviations of the fields, of states given back by a coder. */
export function codingError(coder: Coder, states: Float64Array, scale: Float64Array): number {
  const code = new Float64Array(coder.encoder.latentSize);
  const back = new Float64Array(STATE);
  let sum = 0;
  for (let from = 0; from < states.length; from += STATE) {
    const state = states.subarray(from, from + STATE);
    coder.encoder.encode(state, code);
    coder.decoder.decode(code, back);
    for (let i = 0; i < STATE; i++) sum += ((back[i]! - state[i]!) / scale[i]!) ** 2;
  }
  return sum / states.length;
}

/** The same error of as many principal components of the training states. */
export function pcaError(training: Float64Array, test: Float64Array, scale: ChannelScale, modes: number): number {
  const scaled = (states: Float64Array): Float64Array =>
    states.map((value, i) => (value - scale.offset[i % STATE]!) / scale.scale[i % STATE]!);
  const basis = pca(scaled(training), { dimension: STATE, modes });
  const x = scaled(test);
  const back = pcaReconstruction(basis, pcaScores(basis, x));
  return x.reduce((sum, value, i) => sum + (value - back[i]!) ** 2, 0) / x.length;
}

/** Codes of states, `[time, number]`. */
export function codesOf({ encoder }: Coder, states: Float64Array): Float64Array {
  const codes = new Float64Array((states.length / STATE) * encoder.latentSize);
  for (let t = 0; t * STATE < states.length; t++) {
    encoder.encode(
      states.subarray(t * STATE, (t + 1) * STATE),
      codes.subarray(t * encoder.latentSize, (t + 1) * encoder.latentSize),
    );
  }
  return codes;
}
