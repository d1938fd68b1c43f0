/** What TensorFlow.js cannot do. */
export type TfjsCode = "not-expressible" | "untrainable-layer" | "backend-failed";

/**
 * Something that TensorFlow.js cannot do. Tell cases apart by `code`.
 *
 * `not-expressible`: tfjs-layers has no layers that compute this net. `untrainable-layer`: the backend lacks a kernel for
 * the gradient of the layer named. `backend-failed`: the backend exists and could not be started.
 */
export class TfjsError extends Error {
  /** Always "TfjsError". */
  override readonly name = "TfjsError";
  /** What cannot be done. */
  readonly code: TfjsCode;
  /** Name of the layer that cannot be trained, else undefined. */
  readonly layer: string | undefined;
  /** Name of the kernel that the backend lacks, else undefined. */
  readonly kernel: string | undefined;

  constructor(
    code: TfjsCode,
    message: string,
    { layer, kernel, ...options }: { layer?: string; kernel?: string; cause?: unknown } = {},
  ) {
    super(message, options);
    this.code = code;
    this.layer = layer;
    this.kernel = kernel;
  }
}
