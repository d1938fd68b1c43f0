import { getGradient, registerGradient, stack, type Tensor, Unpack } from "@tensorflow/tfjs-core";

/**
 * Repairs the gradient of `unstack`, through which recurrent layers take a sequence apart: TensorFlow.js hands an operation
 * of one output a tensor and no array, so a sequence of one step has no gradient. Does nothing the second time.
 */
export function repairUnpackGradient(): void {
  const { gradFunc, ...rest } = getGradient(Unpack);
  if (repaired.has(gradFunc)) return;
  const repairedFunc: typeof gradFunc = (dy, saved, attrs) => {
    if (Array.isArray(dy)) return gradFunc(dy, saved, attrs);
    const { axis } = attrs as unknown as { readonly axis: number };
    return { value: (): Tensor => stack([dy], axis) };
  };
  repaired.add(repairedFunc);
  registerGradient({ ...rest, gradFunc: repairedFunc });
}

/** Gradients of ours, so that none is wrapped again. */
const repaired = new WeakSet<ReturnType<typeof getGradient>["gradFunc"]>();
