import type { NetSpec } from "../src/net-spec.ts";

/**
 * The textbook form of every net of this package: one row at a time, nested arrays, no tiles, no blocks. It is the
 * oracle of the fast one; its sums run in the same order, so the two agree to the bit.
 */
export interface NaiveNet {
  readonly weights: number[][][];
  readonly biases: (number[] | undefined)[];
}

/** Reads the flat parameters layer by layer: weights [units, inputs], then biases [units]. */
export function naiveNet(spec: NetSpec, parameters: ArrayLike<number>): NaiveNet {
  let width = spec.kind === "functionalNet" ? spec.features.length : spec.stencil;
  let at = 0;
  const weights: number[][][] = [];
  const biases: (number[] | undefined)[] = [];
  for (const { units, bias } of spec.layers) {
    weights.push(Array.from({ length: units }, () => Array.from({ length: width }, () => parameters[at++]!)));
    biases.push(bias === false ? undefined : Array.from({ length: units }, () => parameters[at++]!));
    width = units;
  }
  return { weights, biases };
}

/** Values of every layer for one input, the input itself first. */
export function naiveForward(spec: NetSpec, net: NaiveNet, input: readonly number[]): number[][] {
  const values: number[][] = [[...input]];
  spec.layers.forEach(({ activation }, l) => {
    const below = values[l]!;
    values.push(
      net.weights[l]!.map((row, j) => {
        let s = net.biases[l]?.[j] ?? 0;
        row.forEach((w, k) => {
          s += below[k]! * w;
        });
        if (activation === "relu") return Math.max(0, s);
        return activation === "tanh" ? Math.tanh(s) : s;
      }),
    );
  });
  return values;
}

/** Inputs of the stack for each of its rows on one snapshot. */
export function naiveRows(spec: NetSpec, snapshot: readonly number[]): number[][] {
  if (spec.kind === "functionalNet") {
    const width = spec.features.length;
    return Array.from({ length: snapshot.length / width }, (_, p) => snapshot.slice(p * width, (p + 1) * width));
  }
  const n = snapshot.length;
  const half = Math.floor(spec.stencil / 2);
  const faces = spec.kind === "fluxNet" ? 1 : 0;
  const margin = spec.padding === "valid" ? half : 0;
  return Array.from({ length: n - 2 * margin + faces }, (_row, q) =>
    Array.from({ length: spec.stencil }, (_value, k) => snapshot[(q + margin - half + k + n) % n]!),
  );
}

/** Predicted values of one snapshot, the points without a prediction left out. */
export function naivePredict(spec: NetSpec, net: NaiveNet, snapshot: readonly number[]): number[] {
  const outputs = naiveRows(spec, snapshot).flatMap((row) => naiveForward(spec, net, row).at(-1)!);
  if (spec.kind !== "fluxNet") return outputs;
  return outputs.slice(1).map((right, i) => (outputs[i]! - right) / spec.spacing);
}

/** The loss over snapshots and its gradient in the flat order of the parameters. */
export function naiveLoss(
  spec: NetSpec,
  parameters: ArrayLike<number>,
  snapshots: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
  weights: readonly number[],
): { value: number; gradient: Float64Array } {
  const net = naiveNet(spec, parameters);
  const grad = naiveNet(spec, new Float64Array(parameters.length));
  const scale = 1 / (snapshots.length * targets[0]!.length);
  let sum = 0;
  snapshots.forEach((snapshot, s) => {
    const rows = naiveRows(spec, snapshot).map((row) => naiveForward(spec, net, row));
    const outputs = rows.flatMap((values) => values.at(-1)!);
    const slopes = outputs.map(() => 0);
    targets[s]!.forEach((target, i) => {
      const flux = spec.kind === "fluxNet";
      const prediction = flux ? (outputs[i]! - outputs[i + 1]!) / spec.spacing : outputs[i]!;
      const error = prediction - target;
      sum += weights[s]! * error * error;
      const slope = 2 * scale * weights[s]! * error;
      if (flux) {
        slopes[i]! += slope / spec.spacing;
        slopes[i + 1]! -= slope / spec.spacing;
      } else {
        slopes[i] = slope;
      }
    });
    const outputsPerRow = spec.layers.at(-1)!.units;
    rows.forEach((values, q) => {
      let delta = slopes.slice(q * outputsPerRow, (q + 1) * outputsPerRow);
      for (let l = spec.layers.length - 1; l >= 0; l--) {
        const { activation } = spec.layers[l]!;
        delta = delta.map((d, j) => {
          const a = values[l + 1]![j]!;
          if (activation === "relu") return a > 0 ? d : 0;
          return activation === "tanh" ? d * (1 - a * a) : d;
        });
        const below = values[l]!;
        delta.forEach((d, j) => {
          below.forEach((a, k) => {
            grad.weights[l]![j]![k]! += d * a;
          });
          const bias = grad.biases[l];
          if (bias !== undefined) bias[j]! += d;
        });
        const above = delta;
        delta = below.map((_, k) => {
          let back = 0;
          above.forEach((d, j) => {
            back += d * net.weights[l]![j]![k]!;
          });
          return back;
        });
      }
    });
  });
  const flat = grad.weights.flatMap((rows, l) => rows.flat().concat(grad.biases[l] ?? []));
  return { value: sum * scale, gradient: Float64Array.from(flat) };
}
