import {
  backend_util,
  conv2d,
  Conv2DBackpropFilter,
  type Conv2DBackpropFilterAttrs,
  Conv2DBackpropInput,
  type Conv2DBackpropInputAttrs,
  getKernel,
  type KernelFunc,
  matMul,
  pad,
  registerKernel,
  reshape,
  reverse,
  slice,
  stack,
  stridedSlice,
  type Tensor,
  type Tensor4D,
  tidy,
  transpose,
} from "@tensorflow/tfjs-core";
import { kernelInput } from "./kernel-input.ts";
import { replaceKernel } from "./replace-kernel.ts";

/**
 * Makes convolutions trainable on the `wasm` backend of TensorFlow.js, which has no kernel for the gradient by the
 * filter, and makes their gradient by the input some ten times faster. Both are composed of the backend's own
 * operations. Does nothing the second time.
 *
 * With y[n, i, j, b] = sum over p, q, a of x[n, s i + p - t, s j + q - l, a] f[p, q, a, b], s being the strides and t, l
 * the padding above and at the left:
 * - by the filter, df[p, q] = X[p, q]^T dY, a matrix product over all n, i, j of the input shifted by (p, q);
 * - by the input at stride 1, the convolution of dy with the filter turned by 180 degrees and its channels exchanged.
 */
export function registerConvolutionGradients(): void {
  if (getKernel(Conv2DBackpropFilter, BACKEND) === undefined) {
    registerKernel({ kernelName: Conv2DBackpropFilter, backendName: BACKEND, kernelFunc: filterGradient });
  }
  replaceKernel(Conv2DBackpropInput, BACKEND, inputGradientOr);
}

const BACKEND = "wasm";

const filterGradient: KernelFunc = ({ inputs, attrs }) => {
  const {
    strides,
    pad: padding,
    dataFormat,
    dimRoundingMode,
    filterShape,
  } = attrs as unknown as Conv2DBackpropFilterAttrs;
  const x = kernelInput(inputs["x"]) as Tensor4D;
  const dy = kernelInput(inputs["dy"]) as Tensor4D;
  const format = backend_util.convertConv2DDataFormat(dataFormat);
  if (format !== "channelsLast") throw new RangeError("Conv2DBackpropFilter: the wasm backend knows NHWC fields only");
  const { padInfo, strideHeight, strideWidth, outHeight, outWidth, batchSize, inChannels, outChannels } =
    backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, padding, dimRoundingMode, false, format);
  const [height, width] = filterShape;
  const rows = batchSize * outHeight * outWidth;
  return tidy(() => {
    // Channels first, once: the backend multiplies fast when neither factor is transposed.
    const { top, bottom, left, right } = padInfo;
    const channels = transpose(
      pad(x, [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ]),
      [3, 0, 1, 2],
    );
    const slopes = reshape(dy, [rows, outChannels]);
    const taps: Tensor[] = [];
    for (let p = 0; p < height; p++) {
      for (let q = 0; q < width; q++) {
        const product = tidy(() => {
          const begin: [number, number, number, number] = [0, 0, p, q];
          const shifted =
            strideHeight === 1 && strideWidth === 1
              ? slice(channels, begin, [inChannels, batchSize, outHeight, outWidth])
              : stridedSlice(
                  channels,
                  begin,
                  [inChannels, batchSize, p + (outHeight - 1) * strideHeight + 1, q + (outWidth - 1) * strideWidth + 1],
                  [1, 1, strideHeight, strideWidth],
                );
          return matMul(reshape(shifted, [inChannels, rows]), slopes);
        });
        taps.push(product);
      }
    }
    return reshape(stack(taps), filterShape);
  });
};

function inputGradientOr(native: KernelFunc): KernelFunc {
  return (params) => {
    const {
      strides,
      pad: padding,
      dataFormat,
      dimRoundingMode,
      inputShape,
    } = params.attrs as unknown as Conv2DBackpropInputAttrs;
    const dy = kernelInput(params.inputs["dy"]) as Tensor4D;
    const filter = kernelInput(params.inputs["filter"]) as Tensor4D;
    const format = backend_util.convertConv2DDataFormat(dataFormat);
    const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth } = backend_util.computeConv2DInfo(
      inputShape,
      filter.shape,
      strides,
      1,
      padding,
      dimRoundingMode,
      false,
      format,
    );
    const above = filterHeight - 1 - padInfo.top;
    const below = filterHeight - 1 - padInfo.bottom;
    const left = filterWidth - 1 - padInfo.left;
    const right = filterWidth - 1 - padInfo.right;
    const simple = strideHeight === 1 && strideWidth === 1 && Math.min(above, below, left, right) >= 0;
    if (format !== "channelsLast" || !simple) return native(params);
    return tidy(() =>
      conv2d(dy, transpose(reverse(filter, [0, 1]), [0, 1, 3, 2]), 1, [
        [0, 0],
        [above, below],
        [left, right],
        [0, 0],
      ]),
    );
  };
}
