import { allocate, type KernelEngine, own } from "./engine.ts";
import type { FloatArrays, Precision } from "./precision.ts";

/** Takes the array that the options give under a name, checked, or makes one; undefined when it is not wanted. */
export type Adopt<P extends Precision> = (name: string, length: number, wanted: boolean) => FloatArrays[P] | undefined;

/** What takes up arrays that a layer shares with others. */
export function adopting<P extends Precision>(
  where: string,
  engine: KernelEngine,
  precision: P,
  given: Readonly<Record<string, unknown>>,
): Adopt<P> {
  return (name, length, wanted) => {
    const array = given[name];
    if (array === undefined) return wanted ? allocate(engine, precision, length) : undefined;
    if (!wanted) throw new RangeError(`${where}: ${name} is not written by this layer; leave it out`);
    return own(where, engine, precision, name, array, length);
  };
}
