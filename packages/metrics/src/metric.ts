/**
 * A number that says how far a prediction is from a reference. Anything with a length and numbers in it will do; the
 * second argument is the truth, and relative measures divide by something made of the truth alone.
 */
export type Metric = (prediction: ArrayLike<number>, reference: ArrayLike<number>) => number;
