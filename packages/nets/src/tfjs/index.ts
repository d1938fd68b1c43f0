export { prepareTfjs } from "./prepare.ts";
export { type LayerTrainability, type Trainability, trainability } from "./trainability.ts";
export { type TfjsCode, TfjsError } from "./tfjs-error.ts";

export { type LayersModelOptions, toLayersModel } from "./layers-model.ts";
export { weightsFromLayers, weightsToLayers } from "./layer-weights.ts";
export { type PaddingWidths, PeriodicPadding } from "./periodic-padding.ts";
export { OddPart, WithMirrorImages } from "./odd-part.ts";
export { type AffineNumbers, ChannelAffine } from "./channel-affine.ts";

export { fromLayersModel, type WrappedModel } from "./from-layers-model.ts";

export { trainWithTfjs } from "./train-with-tfjs.ts";
export type { TfjsTrainOptions } from "./train-tfjs-options.ts";
