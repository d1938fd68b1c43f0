import { random } from "@hml/integrators";
import {
  encoderOf,
  loadNet,
  lstm,
  type SequenceNet,
  type SetAutoencoder,
  setAutoencoder,
  type Trained,
} from "@hml/nets";
import type { TrainSettings } from "../lib/train-job.ts";
import type { Case } from "./cases.ts";

/** Positions are shown to the net in units of a quarter of the box, in [-2, 2]. */
const UNIT = 0.25;

/** Particles that a row of training data shows, drawn at random from a cloud, and rows made of each cloud. */
const SHOWN = 128;
const ROWS = 2;

/**
 * The particle autoencoder: from a cloud to a code, and from the code to the law of one particle. Narrower than the paper's (five
 * layers of 100 on every particle cost more than a micro step), and in three dimensions with eight normal laws for its five.
 */
export function coderSpec({ axes, latentSize, components, particles }: Case): SetAutoencoder {
  const tanh = (units: number) => ({ units, activation: "tanh" }) as const;
  return setAutoencoder({
    size: axes,
    element: [tanh(32), tanh(32), tanh(32)],
    pooled: [tanh(32)],
    latentSize,
    decoder: [tanh(50), tanh(50)],
    components,
    support: { kind: "logit", low: -0.5 / UNIT, high: 0.5 / UNIT, epsilon: 1e-4 },
    floor: 1e-2,
    variational: true,
    // The evidence bound of a cloud of N particles, over N.
    beta: 1 / particles,
    warmup: 5,
  });
}

/**
 * How it is trained: not for longer than it takes to learn the law of the particles. What could be learned after that is the
 * sampling noise of the particles shown, which no law of codes can forecast.
 */
export function coderSettings(epochs: number, { name }: Case): TrainSettings {
  return {
    epochs,
    ...(name === "3D" ? { batchSize: 32, learningRate: 6e-3 } : { batchSize: 16, learningRate: 4e-3 }),
    schedule: { kind: "cosine", end: 0.01, warmUp: 1 },
    scale: { inputs: { scale: UNIT } },
    clip: 1,
    precision: "float32",
  };
}

/** Training data of the autoencoder: `ROWS` random subsets of every cloud `[particle, axis]`. */
export function coderData(clouds: Float32Array, { axes, particles }: Case, seed: number) {
  const rows = (ROWS * clouds.length) / (particles * axes);
  const source = random(seed);
  const order = Uint32Array.from({ length: particles }, (_, i) => i);
  const inputs = new Float32Array(rows * SHOWN * axes);
  for (let row = 0; row < rows; row++) {
    const from = Math.floor(row / ROWS) * particles;
    // The first places of a shuffle.
    for (let i = 0; i < SHOWN; i++) {
      const j = i + Math.floor(source() * (particles - i));
      const particle = order[j]!;
      order[j] = order[i]!;
      order[i] = particle;
      for (let k = 0; k < axes; k++) inputs[(row * SHOWN + i) * axes + k] = clouds[(from + particle) * axes + k]!;
    }
  }
  return { inputs, points: SHOWN };
}

/** The codes of whole clouds, `[sample, latent number]`. */
export function codesOf(coder: Uint8Array, clouds: Float32Array, { axes, particles, latentSize }: Case): Float64Array {
  const encoder = encoderOf(loadNet(coder) as Trained<SetAutoencoder>);
  const codes = new Float64Array((clouds.length / (particles * axes)) * latentSize);
  encoder.encode(Float64Array.from(clouds), codes, particles);
  return codes;
}

/**
 * The propagator of codes. It predicts the next code and not an increment: codes carry the sampling noise of the particles, which
 * increments would add up, and what an LSTM gives is bounded.
 */
export function propagatorSpec({ latentSize, units }: Case): SequenceNet {
  return lstm({ channels: latentSize, units });
}

/** How it is trained: chunks of 100 steps, memories handed on over 500, as in the paper; some 32 windows
 * that overlap, two batches to an epoch. */
export function propagatorSettings(epochs: number, { samples, validation }: Case): TrainSettings {
  const carry = Math.min(500, Math.floor((2 * (Math.min(samples, validation) - 1)) / 3));
  const stride = Math.max(1, Math.floor((samples - 1 - carry) / 31));
  return {
    epochs,
    batchSize: 16,
    learningRate: 3e-3,
    schedule: { kind: "cosine", end: 0.01, warmUp: 1 },
    sequence: { bptt: Math.min(100, carry), carry, stride },
    clip: 1,
    precision: "float32",
  };
}
