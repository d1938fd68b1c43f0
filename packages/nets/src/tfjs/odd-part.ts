import { concat, mul, neg, serialization, split, sub, type Tensor, tidy } from "@tensorflow/tfjs-core";
import { layers, type Shape } from "@tensorflow/tfjs-layers";

/**
 * A layer that doubles a batch: behind its samples z it adds -z. With `OddPart` further up, the layers between them become
 * an odd map. Each of those is applied once, since tfjs-layers does not free the weights of a layer applied twice.
 *
 * It is registered with TensorFlow.js as `WithMirrorImages`, so saved models that have one load.
 */
export class WithMirrorImages extends layers.Layer {
  /** The name under which it is registered. */
  static readonly className = "WithMirrorImages";

  /** The shape of a sample stays. */
  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return doubled(inputShape as Shape, 2);
  }

  /** z and behind it -z. */
  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const z = only(inputs);
      return concat([z, neg(z)], 0);
    });
  }
}

/**
 * A layer that halves a batch made by `WithMirrorImages`: from G(z) and G(-z) it takes the odd part (G(z) - G(-z)) / 2.
 *
 * It is registered with TensorFlow.js as `OddPart`, so saved models that have one load.
 */
export class OddPart extends layers.Layer {
  /** The name under which it is registered. */
  static readonly className = "OddPart";

  /** The shape of a sample stays. */
  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return doubled(inputShape as Shape, 0.5);
  }

  /** Half of the difference of the two halves. */
  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const [upright, mirrored] = split(only(inputs), 2, 0);
      return mul(sub(upright!, mirrored!), 0.5);
    });
  }
}

serialization.registerClass(WithMirrorImages);
serialization.registerClass(OddPart);

function doubled([batch = null, ...lengths]: Shape, factor: number): Shape {
  return [batch === null ? null : factor * batch, ...lengths];
}

function only(inputs: Tensor | Tensor[]): Tensor {
  return Array.isArray(inputs) ? inputs[0]! : inputs;
}
