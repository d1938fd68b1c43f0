// Flows for the tests of the thread pool. A member is { rate, act? }; its state is SIZE numbers long, one number for `failing`.
const SIZE = 5;

/** A driven logistic map a step: chaotic, so a wrong bit shows, and every member has its own course. */
export default function logistic(members) {
  return {
    size: members.length * SIZE,
    advance(u, t0, t1) {
      for (let m = 0; m < members.length; m++) {
        for (let i = m * SIZE; i < (m + 1) * SIZE; i++) {
          for (let k = 0; k < 200; k++)
            u[i] = members[m].rate * u[i] * (1 - u[i]) + 1e-3 * Math.sin(t0 + k * (t1 - t0));
        }
      }
    },
  };
}

/** A flow that scales its state and then, at times from 1 on, does what the members' `act` says. */
export function failing(members) {
  return {
    size: members.length,
    advance(u, t0) {
      for (let m = 0; m < members.length; m++) {
        u[m] *= 2;
        if (t0 >= 1) ACTS[members[m].act ?? "nothing"]();
      }
    },
  };
}

const ACTS = {
  nothing() {},
  throw() {
    throw Object.assign(new RangeError("density below zero"), { code: "E_DENSITY" });
  },
  throwText() {
    throw "just text";
  },
  throwTrap() {
    throw new Proxy(
      {},
      {
        get() {
          throw new Error("trap");
        },
        getPrototypeOf() {
          throw new Error("trap");
        },
      },
    );
  },
  exit() {
    process.exit(3);
  },
  vanish() {
    process.removeAllListeners("exit");
    process.exit(0);
  },
  exhaust() {
    const kept = [];
    while (kept.length >= 0) kept.push(Array.from({ length: 100_000 }, () => 1.5));
  },
  hang() {
    let k = 0;
    while (k >= 0) k = (k + 1) % 10;
  },
};

/** Gives a flow of the wrong size. */
export function wrongSize() {
  return { size: 1, advance() {} };
}

/** Cannot make a flow. */
export function unmakeable() {
  throw new TypeError("rate is missing");
}

/** Is no function. */
export const number = 3;
