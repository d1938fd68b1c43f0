import { float64 } from "@hml/guard";
import type { TimeStepper, Vec } from "@hml/integrators";

/** Flows that know nothing of one another as one: state `[flow, ...state of it]`; views are made once per state array. */
export function sideBySide(where: string, flows: readonly TimeStepper[]): TimeStepper {
  const size = flows.reduce((sum, flow) => sum + flow.size, 0);
  let owner: Vec | undefined;
  let views: Vec[] = [];
  return {
    size,
    advance(u, t0, t1) {
      if (u !== owner) {
        float64(where, "u", u, size);
        let from = 0;
        views = flows.map((flow) => {
          from += flow.size;
          return u.subarray(from - flow.size, from);
        });
        owner = u;
      }
      for (let k = 0; k < flows.length; k++) flows[k]!.advance(views[k]!, t0, t1);
    },
  };
}
