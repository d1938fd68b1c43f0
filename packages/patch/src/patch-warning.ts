/** Something that runs but is probably not what was meant; collected when a scheme is built, never printed. */
export interface PatchWarning {
  /** Which rule: the buffer against the burst's diffusion length, the window against the period, slopes without a buffer. */
  readonly code: "buffer-too-narrow" | "window-not-whole-periods" | "bare-slopes";
  /** The rule, what was got, and what to do. */
  readonly message: string;
}

/**
 * Half the patch must be at least this many diffusion lengths sqrt(D burst) wide for the ends, frozen at the lifted
 * field, to change the slope by less than 1e-6 relative: measured on a(y) = 1.1 + sin 2 pi y, where 5.9 gives 1e-6, 4.4
 * gives 5e-4 and 2.2 gives 8e-2.
 */
export const BUFFER_DIFFUSION_LENGTHS = 5.9;

/** The buffer rule, when it is broken. A hundredth of slack keeps the rule's own example on its right side. */
export function bufferWarning(
  where: string,
  halfWidth: number,
  diffusivity: number,
  duration: number,
): PatchWarning | undefined {
  const needed = BUFFER_DIFFUSION_LENGTHS * Math.sqrt(diffusivity * duration);
  if (halfWidth >= 0.99 * needed) return undefined;
  return {
    code: "buffer-too-narrow",
    message:
      `${where}: half of bufferWidth should be at least ${BUFFER_DIFFUSION_LENGTHS} sqrt(diffusivity * burst) = ` +
      `${needed.toPrecision(3)}, got ${halfWidth.toPrecision(3)}; the frozen ends reach the tooth. ` +
      `Widen the buffer or shorten the burst`,
  };
}

/** The whole-period rule of a box window, when it is broken by more than a thousandth of a period. */
export function periodWarning(where: string, width: number, period: number): PatchWarning | undefined {
  const periods = width / period;
  if (Math.round(periods) >= 1 && Math.abs(periods - Math.round(periods)) < 1e-3) return undefined;
  return {
    code: "window-not-whole-periods",
    message:
      `${where}: toothWidth should be a whole number of periods for a box window, got ${periods.toPrecision(6)}; ` +
      `a broken period adds a spurious advection. Take whole periods or window "smooth"`,
  };
}

/** A medium that varies, and slopes held at the very ends of the teeth. */
export function bareSlopesWarning(where: string): PatchWarning {
  return {
    code: "bare-slopes",
    message:
      `${where}: the medium varies and its teeth end where the slopes are held, so the coefficient at the ends stands for the ` +
      `effective one. Take a bufferWidth beyond toothWidth, or hold a mean slope over a period with slopeInset`,
  };
}
