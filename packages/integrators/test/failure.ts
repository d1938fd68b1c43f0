import { IntegrationError } from "../src/index.ts";

/** The IntegrationError that `act` throws; anything else it throws, or a run that does not fail, fails the test. */
export function failure(act: () => unknown): IntegrationError {
  try {
    act();
  } catch (error) {
    if (error instanceof IntegrationError) return error;
    throw error;
  }
  throw new Error("the run did not fail");
}
