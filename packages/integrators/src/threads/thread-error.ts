/** What went wrong with a pool of threads. */
export type ThreadFailure = "import-failed" | "not-a-function" | "build-failed" | "exited" | "deadline" | "closed";

/**
 * A pool of threads that cannot start, build a flow or go on. Tell cases apart by `code`: `import-failed` (the module did
 * not load), `not-a-function` (its export is missing or is not a function), `build-failed` (the export threw, or gave a
 * flow of another size; the pool lives on), `exited` (a thread ended), `deadline` (no answer in time), `closed`. What was
 * thrown on the thread is the `cause`, rebuilt from its text.
 */
export class ThreadError extends Error {
  /** Always `"ThreadError"`. */
  /** `"ThreadError"`. */
  override readonly name = "ThreadError";
  /** What went wrong. */
  readonly code: ThreadFailure;

  constructor(code: ThreadFailure, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
