import { random } from "@hml/integrators";
import type { Precision } from "@hml/kernels";
import type { EngineKind } from "../src/network/net-engine.ts";
import type { SampleMap } from "../src/network/sample-map.ts";
import { drawWeights } from "../src/spec/init.ts";
import { isAutoencoder } from "../src/spec/coder-net.ts";
import { layoutOf, type RowNet } from "../src/spec/net-spec.ts";
import { type RowLoss, rowLoss } from "../src/training/row-loss.ts";
import { type Samples, samplesOf } from "../src/training/training-data.ts";

/** A net with drawn parameters and data, and its loss. */
export interface RowProblem {
  readonly loss: RowLoss;
  readonly samples: Samples;
  readonly map: SampleMap;
  readonly order: Int32Array;
}

/** How a problem is made; data lie in (0, 1). */
export interface RowProblemOptions {
  readonly points?: number;
  readonly rows?: number;
  readonly engine?: EngineKind;
  readonly precision?: Precision;
  readonly tile?: number;
  readonly epoch?: number;
}

/** A seeded problem; every evaluation in training draws the same numbers, as if it were the first of its epoch. */
export function rowProblem(spec: RowNet, options: RowProblemOptions = {}): RowProblem {
  const { points = 1, rows = 5, engine = "wasm", precision = "float64", epoch = 1 } = options;
  const source = random(5);
  const draws = (length: number): number[] => Array.from({ length }, () => 0.02 + 0.96 * source());
  const alone = spec.kind === "mixtureDensity";
  const width = "inputs" in spec ? spec.inputs : spec.size;
  const inputs = draws(rows * (alone ? width : points * width));
  const weights = draws(rows);
  const data = { inputs, points, weights };
  const own = isAutoencoder(spec);
  const perRow = alone ? points * spec.size : (outputsOf(spec) ?? width);
  const { samples, mapped, criterion } = samplesOf(
    "test",
    spec,
    own ? data : { ...data, targets: draws(rows * perRow) },
  );
  let noise = random(7);
  const tile = options.tile ?? mapped.tile ?? rows;
  const network = mapped.network({ rows: tile, engine, precision, trainable: true, random: () => noise() });
  const parameters = new Float64Array(network.parameters.length);
  drawWeights(layoutOf(spec), source, parameters);
  network.parameters.set(parameters.map((p) => (p === 0 ? source() - 0.5 : p)));
  const loss = rowLoss(network, mapped.map, criterion, tile);
  const order = Int32Array.from({ length: rows }, (_, r) => (3 * r) % rows);
  return {
    loss: {
      ...loss,
      valueAndGradient(...given) {
        noise = random(7);
        network.begin?.(epoch);
        return loss.valueAndGradient(...given);
      },
    },
    samples,
    map: mapped.map,
    order,
  };
}

/** Outputs of a net whose last layer is given. */
function outputsOf(spec: RowNet): number | undefined {
  if (spec.kind === "mlp") return spec.layers.at(-1)!.units;
  return spec.kind === "deepSet" ? spec.pooled.at(-1)!.units : undefined;
}
