import { show } from "@hml/guard";
import type { Trained } from "../rollout/trained.ts";
import type { ChannelScale, Scaling } from "../training/scaling.ts";
import type { Tensor, Weights } from "./weights.ts";

/** What a net is made of: all that its file holds. */
export type NetParts = Pick<Trained, "spec" | "weights" | "precision"> & Partial<Pick<Trained, "scaling">>;

const SIDES = ["inputs", "targets"] as const;
const NUMBERS = ["offset", "scale"] as const;

/**
 * The weights of a net, in the precision in which it runs, and, as `scaling.<inputs|targets>.<offset|scale>`, its scaling;
 * every name behind `prefix`.
 */
export function netTensors({ weights, scaling, precision }: NetParts, prefix = ""): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [name, { shape, data }] of weights()) {
    tensors.set(prefix + name, { shape, data: precision === "float32" ? Float32Array.from(data) : data });
  }
  for (const side of SIDES) {
    const by = scaling?.[side];
    if (by === undefined) continue;
    for (const key of NUMBERS) {
      tensors.set(`${prefix}scaling.${side}.${key}`, { shape: [by[key].length], data: by[key].slice() });
    }
  }
  return tensors;
}

/**
 * Takes the tensors behind `prefix` apart again. Names that nobody knows stay with the weights, to be refused there.
 *
 * @throws RangeError for offsets and scales that are not lists of finite numbers, equally many, or a scale that is not positive
 */
export function splitTensors(
  where: string,
  tensors: Weights,
  prefix = "",
): { readonly weights: Weights; readonly scaling: Scaling | undefined } {
  const weights = new Map<string, Tensor>();
  for (const [name, tensor] of tensors) if (name.startsWith(prefix)) weights.set(name.slice(prefix.length), tensor);
  const [inputs, targets] = SIDES.map((side) => scaleFrom(where, side, weights));
  const scaling = inputs === undefined && targets === undefined ? undefined : Object.freeze({ inputs, targets });
  return { weights, scaling };
}

/** The scale of one side, taken out of the tensors. */
function scaleFrom(where: string, side: string, tensors: Map<string, Tensor>): ChannelScale | undefined {
  const [offset, scale] = NUMBERS.map((key) => {
    const name = `scaling.${side}.${key}`;
    const tensor = tensors.get(name);
    if (tensor === undefined) return undefined;
    tensors.delete(name);
    const values = Float64Array.from(tensor.data);
    const bad = values.findIndex((value) => !(Number.isFinite(value) && (key === "offset" || value > 0)));
    if (tensor.shape.length !== 1 || values.length === 0 || bad >= 0) {
      const got = bad >= 0 ? show(values[bad]) : `shape [${tensor.shape.join(", ")}]`;
      throw new RangeError(
        `${where}: ${name} must be a list of ${key === "scale" ? "positive" : "finite"} numbers, got ${got}`,
      );
    }
    return values;
  });
  if (offset === undefined && scale === undefined) return undefined;
  if (offset?.length !== scale?.length || offset === undefined || scale === undefined) {
    throw new RangeError(
      `${where}: scaling.${side} must have an offset and a scale of equal length, got ${offset?.length ?? "none"} and ${scale?.length ?? "none"}`,
    );
  }
  return Object.freeze({ offset, scale });
}
