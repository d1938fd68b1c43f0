import type { StiffTask } from "./task.ts";

/*
 * Small problems of the IVP Test Set (Mazzia, Magherini, Test Set for Initial Value Problem Solvers, 2008). The reference
 * states come from tight runs of two solvers that agree to 1e-10 or better and, at the last time, with the Test Set.
 */

export const robertson: StiffTask = {
  task: "robertson",
  size: 3,
  jacobian: "dense",
  u0: [1, 0, 0],
  times: [40, 4e5, 1e11],
  atolPerRtol: 1e-8,
  rhs(_t, u, out) {
    const first = 0.04 * u[0]!;
    const second = 3e7 * u[1]! * u[1]!;
    const third = 1e4 * u[1]! * u[2]!;
    out[0] = third - first;
    out[1] = first - third - second;
    out[2] = second;
  },
  reference: () =>
    [
      [0.7158270687194068, 9.185534764557746e-6, 0.28416374574583125],
      [0.00493827452097993, 1.9849940879544163e-8, 0.9950617056290819],
      [2.0833401497011303e-8, 8.333360770334112e-14, 0.9999999791665168],
    ].flat(),
  error: "component",
};

export const vanDerPol: StiffTask = {
  task: "vdp1000",
  size: 2,
  jacobian: "dense",
  u0: [2, 0],
  times: [1000, 2000],
  atolPerRtol: 1e-3,
  rhs(_t, u, out) {
    out[0] = u[1]!;
    out[1] = 1000 * (1 - u[0]! * u[0]!) * u[1]! - u[0]!;
  },
  reference: () => [-1.863646254808161, 0.0007535430865435146, 1.7061677321704973, -0.0008928097010247817],
  error: "component",
};

export const hires: StiffTask = {
  task: "hires",
  size: 8,
  jacobian: "dense",
  u0: [1, 0, 0, 0, 0, 0, 0, 0.0057],
  times: [5, 50, 321.8122],
  atolPerRtol: 1e-3,
  rhs(_t, u, out) {
    const binding = 280 * u[5]! * u[7]!;
    out[0] = -1.71 * u[0]! + 0.43 * u[1]! + 8.32 * u[2]! + 0.0007;
    out[1] = 1.71 * u[0]! - 8.75 * u[1]!;
    out[2] = -10.03 * u[2]! + 0.43 * u[3]! + 0.035 * u[4]!;
    out[3] = 8.32 * u[1]! + 1.71 * u[2]! - 1.12 * u[3]!;
    out[4] = -1.745 * u[4]! + 0.43 * u[5]! + 0.43 * u[6]!;
    out[5] = -binding + 0.69 * u[3]! + 1.71 * u[4]! - 0.43 * u[5]! + 0.69 * u[6]!;
    out[6] = binding - 1.81 * u[6]!;
    out[7] = -binding + 1.81 * u[6]!;
  },
  reference: () =>
    [
      [
        0.03165167570456941, 0.0064815495310581875, 0.004583451064747301, 0.08974323273518067, 0.16245145375265532,
        0.6850438961444304, 0.0056467003419206, 5.329965807940947e-5,
      ],
      [
        0.005418869474919587, 0.0010594035749510661, 0.0009726850857783688, 0.009383039047961774, 0.16336600735324863,
        0.6558748346438269, 0.005644370380194927, 5.5629619805088024e-5,
      ],
      [
        0.0007371312573325392, 0.00014424857263161306, 5.88872974096706e-5, 0.0011756513432830975,
        0.0023863561988305007, 0.006238968252740195, 0.002849998395185186, 0.002850001604814814,
      ],
    ].flat(),
  error: "component",
};

export const oregonator: StiffTask = {
  task: "oregonator",
  size: 3,
  jacobian: "dense",
  u0: [1, 2, 3],
  times: [30, 180, 360],
  atolPerRtol: 1,
  rhs(_t, u, out) {
    out[0] = 77.27 * (u[1]! + u[0]! * (1 - 8.375e-6 * u[0]! - u[1]!));
    out[1] = (u[2]! - (1 + u[0]!) * u[1]!) / 77.27;
    out[2] = 0.161 * (u[0]! - u[2]!);
  },
  reference: () =>
    [
      [1.0006614671804968, 1512.7789373482362, 10358.543127672528],
      [1.0197634725372982, 51.59761322947566, 1.0169857789563743],
      [1.0008148703185227, 1228.1785215498942, 132.05549428465622],
    ].flat(),
  error: "component",
};
