export { mae, mse, rmse } from "./error.ts";
export type { Metric } from "./metric.ts";
export { overTime } from "./over-time.ts";
export { r2, relativeEnergy, relativeL2, relativeMse } from "./relative.ts";
