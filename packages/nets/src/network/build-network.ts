import { adamBytes } from "@hml/kernels";
import type { ParameterLayout } from "../spec/parameter-layout.ts";
import { engineFor } from "./net-engine.ts";
import { arrayBytes, arrayOf, type Network, type NetworkOptions, type Part, type Site } from "./part.ts";

/**
 * Makes room for a net on an engine and builds its parts there; `bytes` is what the parts take of the engine, beside
 * parameters, gradient and optimiser.
 */
export function buildNetwork<P extends object = Part>(
  layout: ParameterLayout,
  bytes: number,
  options: NetworkOptions,
  build: (site: Site) => P,
): P & Omit<Network, keyof Part> {
  const { rows, precision, trainable, parameters: given, random, allReduce } = options;
  const own = given === undefined ? arrayBytes(precision, layout.numbers) : 0;
  const { parameters: count } = layout;
  const back = trainable ? arrayBytes(precision, count) + adamBytes({ parameters: count, precision }) : 0;
  const engine = engineFor(options.engine, own + back + bytes);
  const parameters = given ?? arrayOf(engine, precision, layout.numbers);
  const gradient = arrayOf(engine, precision, trainable ? layout.parameters : 0);
  const part = build({ engine, precision, rows, trainable, parameters, gradient, random, allReduce });
  return { ...part, engine: engine.kind, kernels: engine, precision, parameters, gradient };
}
