/**
 * A matrix that cannot be factored: a pivot is zero, is not finite, or is so small beside the numbers it is the difference of that it
 * may be nothing but their rounding. Tell it by `code`, not by `instanceof` across packages.
 */
export class SingularMatrixError extends Error {
  /** Always "SingularMatrixError". */
  override readonly name = "SingularMatrixError";
  /** `pivot`: no pivot in `row`. `condition`: factored, but worse conditioned than was allowed. */
  readonly code: "pivot" | "condition";
  /** The row whose pivot is missing, from 0; -1 where no single row is to blame. */
  readonly row: number;
  /** Which of the systems side by side, or which shift, from 0. */
  readonly system: number;

  constructor(code: SingularMatrixError["code"], row: number, system: number, message: string) {
    super(message);
    this.code = code;
    this.row = row;
    this.system = system;
  }
}
