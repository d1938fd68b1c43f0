import { FormatError, oneOf } from "@hml/guard";
import type { Precision } from "@hml/kernels";
import { type JsonValue, parseJson } from "./json.ts";
import { checkNetSpec, type NetSpec } from "../spec/net-spec.ts";
import { type NetParts, netTensors, splitTensors } from "./net-tensors.ts";
import { readSafetensors, type SafetensorsLimits } from "./read-safetensors.ts";
import { type Trained, trainedNet } from "../rollout/trained.ts";
import { parametersFrom, type Weights } from "./weights.ts";
import { writeSafetensors } from "./write-safetensors.ts";

const FORMAT = "hml-net";
const VERSION = "1";

/**
 * A trained net as the bytes of a safetensors file: the weights as tensors of the precision in which the net runs, those of
 * a dense stack `layers.<l>.weight` [units, inputs] and `layers.<l>.bias` [units], the scaling, if any, as `scaling.<inputs|targets>.<offset|scale>` [channels], the
 * specification as JSON in the metadata under `spec`, the precision in which the net runs under `precision`. The history
 * is not kept.
 */
export function saveNet(trained: NetParts): Uint8Array {
  return writeSafetensors(netTensors(trained), netMetadata(FORMAT, VERSION, trained));
}

/**
 * Reads a net written by `saveNet`, also from a source that is not trusted; its history is empty, with status `loaded`.
 *
 * @throws FormatError for a file that is not a sound safetensors file, is not a net (`header`), is of another version
 * (`version`) or holds a value that is not finite (`nonfinite`); RangeError or TypeError for a specification that is not
 * allowed and for weights that are not those of the specification, naming what is missing and unexpected, or a scaling that
 * is none
 */
export function loadNet(bytes: Uint8Array, limits: SafetensorsLimits = {}): Trained {
  const where = "loadNet";
  const { tensors, metadata } = readSafetensors(bytes, limits);
  const { spec, precision } = readMetadata(where, FORMAT, VERSION, metadata);
  return netFrom(where, spec, precision, tensors);
}

/** The metadata of a file of nets. */
export function netMetadata(
  format: string,
  version: string,
  { spec, precision }: Pick<Trained, "spec" | "precision">,
): Map<string, string> {
  return new Map([
    ["format", format],
    ["version", version],
    ["precision", precision],
    ["spec", JSON.stringify(checkNetSpec(spec))],
  ]);
}

/** Reads the metadata of a file of nets. */
export function readMetadata(
  where: string,
  format: string,
  version: string,
  metadata: ReadonlyMap<string, string>,
): { readonly spec: NetSpec; readonly precision: Precision } {
  if (metadata.get("format") !== format) {
    throw new FormatError(
      "header",
      `${where}: metadata.format must be ${format}; this safetensors file holds something else`,
    );
  }
  if (metadata.get("version") !== version) {
    throw new FormatError("version", `${where}: metadata.version must be ${version}, got ${metadata.get("version")}`);
  }
  const spec = checkNetSpec(plain(parseJson(`${where}: spec`, metadata.get("spec") ?? "")));
  const precision = oneOf(where, "metadata.precision", metadata.get("precision") ?? "float64", ["float64", "float32"]);
  return { spec, precision };
}

/** A net from the tensors of a file whose names begin with `prefix`. */
export function netFrom(where: string, spec: NetSpec, precision: Precision, tensors: Weights, prefix = ""): Trained {
  const { weights, scaling } = splitTensors(where, tensors, prefix);
  const parameters = parametersFrom(where, spec, weights);
  const none = new Float64Array(0);
  return trainedNet(
    spec,
    parameters,
    { status: "loaded", engine: undefined, loss: none, validation: none, learningRate: none, keptEpoch: 0 },
    precision,
    scaling,
  );
}

/** Parsed JSON as plain data on null-prototype objects. */
function plain(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  const object: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of value) object[key] = plain(item);
  return object;
}
