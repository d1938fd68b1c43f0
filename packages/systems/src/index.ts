export {
  type FineInterval,
  type HeterogeneousDiffusion,
  heterogeneousDiffusion,
  type HeterogeneousDiffusionSpec,
} from "./heterogeneous-diffusion.ts";
