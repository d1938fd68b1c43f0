/**
 * A function of the wavenumbers (kx, ky, kz), 0 along absent axes: a real number, or [re, im]. The same structure as in
 * `@hml/integrators`, repeated here so that this package stands alone.
 */
export type FourierSymbol = (kx: number, ky: number, kz: number) => number | readonly [re: number, im: number];
