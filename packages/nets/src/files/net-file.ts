import { FormatError, oneOf } from "@hml/guard";
import { type JsonValue, parseJson } from "./json.ts";
import { checkNetSpec } from "../spec/net-spec.ts";
import { readSafetensors, type SafetensorsLimits } from "./read-safetensors.ts";
import { type Trained, trainedNet } from "../rollout/trained.ts";
import { parametersFrom } from "./weights.ts";
import { writeSafetensors } from "./write-safetensors.ts";

const FORMAT = "hml-net";
const VERSION = "1";

/**
 * A trained net as the bytes of a safetensors file: the weights as float64 tensors `layers.<l>.weight` [units, inputs]
 * and `layers.<l>.bias` [units], the specification as JSON in the metadata under `spec`, the precision in which the
 * net runs under `precision`. The history is not kept.
 */
export function saveNet(trained: Pick<Trained, "spec" | "weights" | "precision">): Uint8Array {
  const metadata = new Map([
    ["format", FORMAT],
    ["version", VERSION],
    ["precision", trained.precision],
    ["spec", JSON.stringify(checkNetSpec(trained.spec))],
  ]);
  return writeSafetensors(trained.weights(), metadata);
}

/**
 * Reads a net written by `saveNet`, also from a source that is not trusted; its history is empty, with status `loaded`.
 *
 * @throws FormatError for a file that is not a sound safetensors file, is not a net (`header`), is of another version
 * (`version`) or holds a value that is not finite (`nonfinite`); RangeError or TypeError for a specification that is not
 * allowed and for weights that are not those of the specification, naming what is missing and unexpected
 */
export function loadNet(bytes: Uint8Array, limits: SafetensorsLimits = {}): Trained {
  const { tensors, metadata } = readSafetensors(bytes, limits);
  if (metadata.get("format") !== FORMAT) {
    throw new FormatError(
      "header",
      `loadNet: metadata.format must be ${FORMAT}; this safetensors file holds something else`,
    );
  }
  if (metadata.get("version") !== VERSION) {
    throw new FormatError("version", `loadNet: metadata.version must be ${VERSION}, got ${metadata.get("version")}`);
  }
  const spec = checkNetSpec(plain(parseJson("loadNet: spec", metadata.get("spec") ?? "")));
  const parameters = parametersFrom("loadNet", spec, tensors);
  const precision = oneOf("loadNet", "metadata.precision", metadata.get("precision") ?? "float64", [
    "float64",
    "float32",
  ]);
  const empty = new Float64Array(0);
  return trainedNet(
    spec,
    parameters,
    {
      status: "loaded",
      engine: undefined,
      loss: empty,
      validation: empty,
      learningRate: empty,
      keptEpoch: 0,
    },
    precision,
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
