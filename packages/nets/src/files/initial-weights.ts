import { callable } from "@hml/guard";
import type { RandomSource } from "@hml/integrators";
import { drawWeights } from "../spec/init.ts";
import { checkNetSpec, layoutOf, type NetSpec } from "../spec/net-spec.ts";
import { type Weights, weightsOf } from "./weights.ts";

/**
 * The weights that a training of this net would start from with this source, by name: to look at names and shapes, to change
 * some of them, and to hand them to `train` as its `start`.
 *
 * @throws RangeError or TypeError for a specification that is not allowed and for a source that is none
 */
export function initialWeights(spec: NetSpec, random: RandomSource): Weights {
  callable("initialWeights", "random", random);
  const net = checkNetSpec(spec);
  const layout = layoutOf(net);
  const parameters = new Float64Array(layout.numbers);
  drawWeights(layout, random, parameters);
  return weightsOf(net, parameters);
}
