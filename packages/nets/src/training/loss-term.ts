/**
 * One sample's part of a loss. Adds `weight` times the loss of its predictions to `sum`, which it gives back, and turns
 * the predictions into weight * scale * dl/d(prediction). Its targets begin at targets[at].
 */
export type LossTerm = (
  predictions: Float64Array,
  targets: Float64Array,
  at: number,
  weight: number,
  scale: number,
  sum: number,
) => number;

/** The sum of squared errors. */
export const squaredError: LossTerm = (predictions, targets, at, weight, scale, sum) => {
  let total = sum;
  for (let i = 0; i < predictions.length; i++) {
    const error = predictions[i]! - targets[at + i]!;
    total += weight * error * error;
    predictions[i] = 2 * scale * weight * error;
  }
  return total;
};

/** The sum of absolute errors; where an error is zero its slope counts as zero. */
export const absoluteError: LossTerm = (predictions, targets, at, weight, scale, sum) => {
  let total = sum;
  for (let i = 0; i < predictions.length; i++) {
    const error = predictions[i]! - targets[at + i]!;
    total += weight * Math.abs(error);
    predictions[i] = scale * weight * Math.sign(error);
  }
  return total;
};
