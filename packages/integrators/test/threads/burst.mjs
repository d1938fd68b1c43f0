// A burst model in plain JavaScript, for patch dynamics on threads: u_t = (a(x) u_x)_x + u (1 - u), explicit Euler, held
// ends. The medium makes every patch its own problem.
export default function burst(patches) {
  const flows = patches.map(({ from, spacing, points }) => {
    const bonds = Float64Array.from({ length: points }, (_, i) => 1.1 + Math.sin(700 * (from + (i + 0.5) * spacing)));
    const next = new Float64Array(points);
    return (u, t0, t1) => {
      const steps = Math.ceil((t1 - t0) / (0.2 * spacing * spacing));
      const dt = (t1 - t0) / steps;
      for (let k = 0; k < steps; k++) {
        next.set(u);
        for (let i = 1; i < points - 1; i++) {
          const flux = bonds[i] * (u[i + 1] - u[i]) - bonds[i - 1] * (u[i] - u[i - 1]);
          next[i] = u[i] + dt * (flux / (spacing * spacing) + u[i] * (1 - u[i]));
        }
        u.set(next);
      }
    };
  });
  const { points } = patches[0];
  let owner;
  let views = [];
  return {
    size: patches.length * points,
    advance(u, t0, t1) {
      if (u !== owner) {
        views = flows.map((_, p) => u.subarray(p * points, (p + 1) * points));
        owner = u;
      }
      flows.forEach((flow, p) => flow(views[p], t0, t1));
    },
  };
}
