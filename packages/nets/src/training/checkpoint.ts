import { FormatError, show } from "@hml/guard";
import type { Precision } from "@hml/kernels";
import { readSafetensors } from "../files/read-safetensors.ts";
import type { TensorData } from "../files/weights.ts";
import { writeSafetensors } from "../files/write-safetensors.ts";
import type { FloatArray } from "../network/part.ts";
import { layoutOf, type NetSpec } from "../spec/net-spec.ts";
import type { TrainingState } from "./training-state.ts";

const FORMAT = "hml-training";
const VERSION = "1";

/** All that a training needs beside its arguments to go on with the bits of one that was not stopped. */
export interface Checkpoint {
  /** Where it stands. */
  readonly state: TrainingState;
  /** All numbers of the net. */
  readonly parameters: FloatArray;
  /** The optimiser: its means and its steps. */
  readonly m: FloatArray;
  readonly v: FloatArray;
  readonly steps: number;
  /** The order of the samples. */
  readonly order: Int32Array;
  /** Numbers drawn from the random source. */
  readonly draws: number;
}

/** What a checkpoint belongs to. */
export interface CheckpointOwner {
  readonly net: NetSpec;
  readonly precision: Precision;
  /** Samples of an epoch, and its steps. */
  readonly samples: number;
  readonly steps: number;
}

/** Most draws of a random source that are made again: some hours of them. */
const MOST_DRAWS = 1_099_511_627_776;

/** Numbers of the state that are counts. */
const COUNTS = ["epoch", "bestEpoch", "keptEpoch", "round", "roundStart", "steps", "draws"] as const;

/** A checkpoint as the bytes of a safetensors file, with a checksum. */
export function writeCheckpoint(owner: CheckpointOwner, checkpoint: Checkpoint): Uint8Array {
  const { state, parameters, m, v, order, draws, steps } = checkpoint;
  const counts = { ...state, steps, draws };
  const data: Readonly<Record<string, TensorData>> = {
    parameters,
    "moments.m": m,
    "moments.v": v,
    kept: state.kept,
    order,
    "history.loss": Float64Array.from(state.losses),
    "history.validation": Float64Array.from(state.validations),
    "history.learningRate": Float64Array.from(state.rates),
  };
  const metadata = new Map([...ownerText(owner), ["best", String(state.best)]]);
  for (const name of COUNTS) metadata.set(name, String(counts[name]));
  const tensors = new Map(
    Object.entries(data).map(([name, values]) => [name, { shape: [values.length], data: values }]),
  );
  metadata.set(
    "checksum",
    checksum(metadata, (name) => tensors.get(name)!.data),
  );
  return writeSafetensors(tensors, metadata);
}

/**
 * Reads a checkpoint, also from a source that is not trusted.
 *
 * @throws FormatError: those of `readSafetensors`; `header` for a file of something else or of another training; `version`;
 * `crc` for a file that was damaged; `shape`, `dtype`, `too-large` and `nonfinite` for contents that no training writes
 */
export function readCheckpoint(where: string, bytes: Uint8Array, owner: CheckpointOwner): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes);
  const refuse = (code: FormatError["code"], text: string): never => {
    throw new FormatError(code, `${where}: resume: ${text}`);
  };
  if (metadata.get("format") !== FORMAT) refuse("header", `metadata.format must be ${FORMAT}; this is something else`);
  if (metadata.get("version") !== VERSION) {
    refuse("version", `metadata.version must be ${VERSION}, got ${show(metadata.get("version"))}`);
  }
  for (const [name, text] of ownerText(owner)) {
    if (metadata.get(name) === text) continue;
    refuse("header", `${name} must be that of this training, ${text}, got ${show(metadata.get(name))}`);
  }
  const { parameters: trainable, numbers } = layoutOf(owner.net);
  const count = (name: string): number => {
    const text = metadata.get(name) ?? "";
    const value = Number(text);
    return /^\d+$/.test(text) && Number.isSafeInteger(value)
      ? value
      : refuse("header", `${name} must be a count, got ${show(text)}`);
  };
  const epoch = count("epoch");
  const take = <T extends TensorData>(name: string, kind: new (length: number) => T, length: number): T => {
    const data = tensors.get(name)?.data;
    if (!(data instanceof kind)) return refuse("dtype", `${name} must be a ${kind.name}, got ${show(data)}`);
    if (data.length !== length) refuse("shape", `${name} must hold ${length} numbers, got ${data.length}`);
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) refuse("nonfinite", `${name}[${bad}] must be finite, got ${data[bad]}`);
    return data;
  };
  const floats: new (length: number) => FloatArray = owner.precision === "float64" ? Float64Array : Float32Array;
  const validated = tensors.get("history.validation")?.data.length === 0 ? 0 : epoch;
  const checkpoint = {
    state: {
      epoch,
      best: bestOf(metadata.get("best"), refuse),
      bestEpoch: count("bestEpoch"),
      round: count("round"),
      roundStart: count("roundStart"),
      kept: take("kept", floats, numbers),
      keptEpoch: count("keptEpoch"),
      losses: [...take("history.loss", Float64Array, epoch)],
      validations: [...take("history.validation", Float64Array, validated)],
      rates: [...take("history.learningRate", Float64Array, epoch)],
    },
    parameters: take("parameters", floats, numbers),
    m: take("moments.m", floats, trainable),
    v: take("moments.v", floats, trainable),
    steps: count("steps"),
    order: take("order", Int32Array, owner.samples),
    draws: count("draws"),
  };
  if (checkpoint.draws > MOST_DRAWS) refuse("too-large", `draws must be at most 2^40, got ${checkpoint.draws}`);
  if (metadata.get("checksum") !== checksum(metadata, (name) => tensors.get(name)!.data)) {
    refuse("crc", "the checksum is not that of the contents; the file is damaged");
  }
  return checkpoint;
}

/** What must agree between a checkpoint and the training that takes it up. */
function ownerText({ net, precision, samples, steps }: CheckpointOwner): [string, string][] {
  return [
    ["format", FORMAT],
    ["version", VERSION],
    ["spec", JSON.stringify(net)],
    ["precision", precision],
    ["samples", String(samples)],
    ["stepsPerEpoch", String(steps)],
  ];
}

function bestOf(text: string | undefined, refuse: (code: "header", text: string) => never): number {
  const best = Number(text ?? "");
  return text === String(best) && !Number.isNaN(best)
    ? best
    : refuse("header", `best must be a number, got ${show(text)}`);
}

/** Names of the arrays, in the order in which they are summed. */
const ARRAYS = [
  "parameters",
  "moments.m",
  "moments.v",
  "kept",
  "order",
  "history.loss",
  "history.validation",
  "history.learningRate",
] as const;

/** FNV-1a of the counts and of the numbers of all arrays (Fowler, Noll and Vo 1991), 32 bits, in hexadecimal. */
function checksum(
  metadata: ReadonlyMap<string, string>,
  dataOf: (name: (typeof ARRAYS)[number]) => TensorData,
): string {
  let hash = 0x81_1c_9d_c5;
  const add = (byte: number): void => {
    hash = Math.imul(hash ^ byte, 0x01_00_01_93);
  };
  for (const name of ["best", ...COUNTS]) {
    const text = metadata.get(name) ?? "";
    for (let i = 0; i < text.length; i++) add(text.charCodeAt(i));
  }
  for (const name of ARRAYS) {
    const data = dataOf(name);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    for (let i = 0; i < bytes.length; i++) add(bytes[i]!);
  }
  return (hash >>> 0).toString(16);
}
