import type { Table } from "../lib/table.ts";
import type { Priced } from "./figures-cost.ts";
import type { Judged, Learned } from "./study.ts";

/** Errors of variants, under their own names or those given. */
export function errorTable(
  judged: readonly Judged[],
  names: readonly string[] = judged.map(({ variant }) => variant.name),
): Table {
  return {
    title: "Errors against the exact law",
    columns: [
      { name: "variant" },
      { name: "Wasserstein M1", digits: 3 },
      { name: "Wasserstein M2", digits: 3 },
      { name: "L1 M1" },
      { name: "L1 M2" },
      { name: "M2, mean over time", unit: "%", digits: 2 },
      { name: "M2 in time", unit: "%", digits: 2 },
      { name: "faster than its particles", digits: 3 },
    ],
    rows: judged.map((one, k) => [
      names[k],
      one.m1,
      one.m2,
      one.m1Histogram,
      one.m2Histogram,
      100 * one.m2Level,
      100 * one.m2InTime,
      one.variant.macro > 0 ? one.speedUp : undefined,
    ]),
  };
}

/** Losses and times of the trainings. */
export function lossTable(learned: readonly Learned[]): Table {
  return {
    title: "Trainings",
    columns: [
      { name: "case" },
      { name: "autoencoder: loss", digits: 5 },
      { name: "validation", digits: 5 },
      { name: "time", unit: "s", digits: 2 },
      { name: "LSTM: loss" },
      { name: "validation" },
      { name: "time", unit: "s", digits: 2 },
    ],
    rows: learned.map(({ system, coderLoss, propagatorLoss, seconds }) => [
      system.name,
      coderLoss.training,
      coderLoss.validation,
      seconds.coder,
      propagatorLoss.training,
      propagatorLoss.validation,
      seconds.propagator,
    ]),
  };
}

/** Coarse steps in microseconds, and what a latent step is faster than. */
export function costTable(priced: readonly Priced[]): Table {
  const us = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : 1e6 * seconds);
  return {
    title: "A coarse step in microseconds, and the speed-up of a latent step",
    columns: [
      { name: "case" },
      { name: "NumPy" },
      { name: "naive loops" },
      { name: "our particles" },
      { name: "density" },
      { name: "density, 50 cells" },
      { name: "encode" },
      { name: "decode" },
      { name: "latent" },
      { name: "S, NumPy" },
      { name: "S, loops" },
      { name: "S honest" },
      { name: "S honest, decoded" },
      { name: "S, density of 50 cells" },
    ],
    rows: priced.map(({ name, costs }) => [
      name,
      us(costs.numpy),
      us(costs.naive),
      us(costs.micro),
      us(costs.density),
      us(costs.coarseDensity),
      us(costs.encode),
      us(costs.decode),
      us(costs.latent),
      costs.numpy === undefined ? undefined : costs.numpy / costs.latent,
      costs.naive / costs.latent,
      costs.micro / costs.latent,
      costs.micro / (costs.latent + costs.decode),
      costs.coarseDensity / costs.latent,
    ]),
  };
}
