import type { Stepper } from "@hml/integrators";
import * as integrators from "@hml/integrators";

/** What the pool's test asks of a thread. */
export type SquareJob = number | "throw" | "exit";

const sizes: Pick<Stepper, "size"> = { size: Object.keys(integrators).length };

/** The square of a number, later for smaller ones; or a failure on request. */
export default async function square(job: SquareJob): Promise<number> {
  if (job === "throw") throw new RangeError("square: no such number");
  if (job === "exit") process.exit(3);
  await new Promise((resolve) => setTimeout(resolve, 40 - 10 * job));
  return sizes.size > 0 ? job * job : Number.NaN;
}
