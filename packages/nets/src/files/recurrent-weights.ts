import { checkOptions, lengthOf, show } from "@hml/guard";
import { type RecurrentNet, recurrentShape } from "../spec/recurrent-net.ts";
import { parametersFrom, type Tensor, type Weights, weightsOf } from "./weights.ts";

/** Where a PyTorch state dict keeps the parts of a recurrent net. */
export interface TorchNames {
  /** What stands before the names of `nn.GRU` or `nn.LSTM`, such as `rnn.` for `self.rnn`; default nothing. */
  readonly recurrent?: string;
  /** What stands before `weight` and `bias` of each dense layer of the read-out, such as `["fc."]` for `self.fc`. */
  readonly readout?: readonly string[];
}

/**
 * The weights of a recurrent net from the tensors of a PyTorch state dict, such as a safetensors file of it: those of `nn.GRU`
 * or `nn.LSTM`, `weight_ih_l0` and so on, and of one `nn.Linear` for each layer of the read-out. Gates have the same order.
 * Biases that are not there (`bias=False`) become zero. A GRU must have `reset: "after"`, which is PyTorch's. Other tensors
 * are left alone, except under a `recurrent` prefix.
 *
 * What it gives is what `train` takes as `start`, `saveNet` and `latentModel` as `weights`.
 *
 * @throws TypeError, RangeError for a net of another kind and for tensors that are missing, of another shape, or of a
 * bidirectional or projected layer
 */
export function torchWeights(spec: RecurrentNet, tensors: Weights, names: TorchNames = {}): Weights {
  const where = "torchWeights";
  checkOptions(where, names, ["recurrent", "readout"], "names");
  checkTensors(where, spec, tensors);
  const { recurrent = "", readout = spec.readout.map((_, l) => `readout.layers.${l}.`) } = names;
  if (spec.kind === "gru" && spec.reset !== "after") {
    throw new RangeError(`${where}: reset must be "after", as PyTorch's, got ${show(spec.reset)}`);
  }
  lengthOf(where, "names.readout", readout, spec.readout.length);
  const width = (spec.kind === "gru" ? 3 : 4) * spec.units;
  const found = new Map<string, Tensor>();
  const known = new Set<string>();
  for (const l of recurrentShape(spec).layers.keys()) {
    for (const part of ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]) {
      const name = `${part}_l${l}`;
      known.add(recurrent + name);
      const tensor = tensors.get(recurrent + name) ?? (part.startsWith("bias") ? zeros(width) : undefined);
      if (tensor !== undefined) found.set(name, tensor);
    }
  }
  for (const name of tensors.keys()) {
    if (recurrent !== "" && name.startsWith(recurrent) && !known.has(name)) {
      throw new RangeError(`${where}: ${show(name)} has no place in a ${spec.kind} of ${spec.layers} layers`);
    }
  }
  for (const [l, { units, bias }] of spec.readout.entries()) {
    const weight = tensors.get(`${readout[l]}weight`);
    if (weight !== undefined) found.set(`readout.layers.${l}.weight`, weight);
    const given = tensors.get(`${readout[l]}bias`);
    if (given !== undefined || bias !== false) found.set(`readout.layers.${l}.bias`, given ?? zeros(units));
  }
  return weightsOf(spec, parametersFrom(where, spec, found));
}

/** The tensors of a Keras `GRU` or `LSTM` layer, as `get_weights()` gives them. */
export interface KerasRecurrentLayer {
  /** [inputs, gates * units]. */
  readonly kernel: Tensor;
  /** [units, gates * units]. */
  readonly recurrentKernel: Tensor;
  /** [gates * units]; of a GRU with `reset_after` [2, gates * units]. Left out: zero. */
  readonly bias?: Tensor;
}

/** The tensors of a Keras `Dense` layer. */
export interface KerasDenseLayer {
  /** [inputs, units]. */
  readonly kernel: Tensor;
  /** [units]; left out: zero, or none. */
  readonly bias?: Tensor;
}

/** The layers of a Keras model, from the lowest upwards. */
export interface KerasLayers {
  /** One for each recurrent layer. */
  readonly recurrent: readonly KerasRecurrentLayer[];
  /** One for each layer of the read-out. */
  readonly readout: readonly KerasDenseLayer[];
}

/** Keras has z r n where PyTorch, and this package, have r z n; the gates i f g o of an LSTM are the same. */
const GATES: Readonly<Record<RecurrentNet["kind"], readonly number[]>> = { gru: [1, 0, 2], lstm: [0, 1, 2, 3] };

/**
 * The weights of a recurrent net from those of Keras layers: kernels transposed, gates reordered, the single bias of an LSTM
 * taken as that of the inputs. A GRU with `reset_after` (the default of Keras) is one with `reset: "after"`, one without is
 * `reset: "before"`; which it is shows in the shape of its bias. The activations must be Keras's defaults.
 *
 * What it gives is what `train` takes as `start`, `saveNet` and `latentModel` as `weights`.
 *
 * @throws TypeError, RangeError for a net of another kind and for tensors of another number or shape
 */
export function kerasWeights(spec: RecurrentNet, layers: KerasLayers): Weights {
  const where = "kerasWeights";
  checkOptions(where, layers, ["recurrent", "readout"], "layers");
  checkTensors(where, spec, new Map());
  lengthOf(where, "layers.recurrent", layers.recurrent, spec.layers);
  lengthOf(where, "layers.readout", layers.readout, spec.readout.length);
  const { units, kind } = spec;
  const order = GATES[kind];
  const width = order.length * units;
  const pairs = kind === "gru" && spec.reset === "after";
  const found = new Map<string, Tensor>();
  for (const [l, { inputs }] of recurrentShape(spec).layers.entries()) {
    const name = `layers.recurrent[${l}]`;
    const layer = layers.recurrent[l]!;
    checkOptions(where, layer, ["kernel", "recurrentKernel", "bias"], name);
    const kernel = shaped(where, `${name}.kernel`, layer.kernel, [inputs, width]);
    const recurrent = shaped(where, `${name}.recurrentKernel`, layer.recurrentKernel, [units, width]);
    found.set(`weight_ih_l${l}`, { shape: [width, inputs], data: transposed(kernel, inputs, order, units) });
    found.set(`weight_hh_l${l}`, { shape: [width, units], data: transposed(recurrent, units, order, units) });
    const shape = pairs ? [2, width] : [width];
    const bias = layer.bias === undefined ? undefined : shaped(where, `${name}.bias`, layer.bias, shape);
    for (const [k, part] of ["ih", "hh"].entries()) {
      const own = bias?.slice(k * width, (k + 1) * width);
      const data = own === undefined || own.length === 0 ? new Float64Array(width) : transposed(own, 1, order, units);
      found.set(`bias_${part}_l${l}`, { shape: [width], data });
    }
  }
  let inputs = units;
  for (const [l, dense] of spec.readout.entries()) {
    const name = `layers.readout[${l}]`;
    const layer = layers.readout[l]!;
    checkOptions(where, layer, ["kernel", "bias"], name);
    const kernel = shaped(where, `${name}.kernel`, layer.kernel, [inputs, dense.units]);
    found.set(`readout.layers.${l}.weight`, {
      shape: [dense.units, inputs],
      data: transposed(kernel, inputs, [0], dense.units),
    });
    if (layer.bias !== undefined || dense.bias !== false) {
      found.set(`readout.layers.${l}.bias`, layer.bias ?? zeros(dense.units));
    }
    inputs = dense.units;
  }
  return weightsOf(spec, parametersFrom(where, spec, found));
}

/** [inputs, gate, unit] as [gate in our order, unit, inputs]. */
function transposed(values: Float64Array, inputs: number, order: readonly number[], units: number): Float64Array {
  const out = new Float64Array(values.length);
  const width = order.length * units;
  order.forEach((from, gate) => {
    for (let u = 0; u < units; u++) {
      for (let i = 0; i < inputs; i++) out[(gate * units + u) * inputs + i] = values[i * width + from * units + u]!;
    }
  });
  return out;
}

/** The values of a tensor of this shape, in float64. */
function shaped(where: string, name: string, tensor: Tensor, shape: readonly number[]): Float64Array {
  const got = tensor?.shape;
  if (!Array.isArray(got) || got.length !== shape.length || got.some((n, axis) => n !== shape[axis])) {
    const what = Array.isArray(got) ? `shape [${got.join(", ")}]` : show(tensor);
    throw new RangeError(`${where}: ${name} must have shape [${shape.join(", ")}], got ${what}`);
  }
  lengthOf(
    where,
    name,
    tensor.data,
    shape.reduce((a, b) => a * b, 1),
  );
  return Float64Array.from(tensor.data);
}

function zeros(length: number): Tensor {
  return { shape: [length], data: new Float64Array(length) };
}

function checkTensors(where: string, spec: RecurrentNet, tensors: Weights): void {
  if (spec?.kind !== "gru" && spec?.kind !== "lstm") {
    throw new TypeError(`${where}: spec must be a gru or an lstm, got ${show(Object(spec).kind)}`);
  }
  if (!(tensors instanceof Map)) throw new TypeError(`${where}: tensors must be a Map, got ${show(tensors)}`);
}
