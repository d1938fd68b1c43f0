/*
 * The exact effect of one burst on a linear and a quadratic field, in 128-bit arithmetic: the numbers of
 * burst1d.test.ts. Own program, independent of the TypeScript: plain form of the 14-pole rational exponential,
 * Thomas algorithm, coefficient 1.1 + sin 2 pi y at the right end of each cell, Simpson's rule over the tooth.
 *
 *   gcc -O2 burst1d.c -o burst1d -lquadmath -lm && ./burst1d 8e-3 1e-6      (patch width, burst)
 *
 * Prints d1 of the field s and a_eff (half of d2) of the field s^2.
 */
#include <complex.h>
#include <math.h>
#include <quadmath.h>
#include <stdio.h>
#include <stdlib.h>

typedef __float128 real;
typedef __complex128 cplx;

static const double pole_re[7] = {5.62316478591332, 5.089367564051825, 3.9933939169947728, 2.2698131946556557,
                                  -0.2087182241648243, -3.703215356019705, -8.897683270422746};
static const double pole_im[7] = {1.19407555888479, 3.5888443387480664, 6.004867784553896, 8.461792363760143,
                                  10.991334648730728, 13.656464690624857, 16.631088780518656};
static const double residue_re[7] = {-27.87533114059996, 46.9337530132887, -23.49872552724336, 4.807332311061495,
                                     -0.3763981614778793, 0.009441068865057467, -7.15638108433306e-05};
static const double residue_im[7] = {-102.15032871934108, 45.64577708417692, -5.809283323475586, -1.3207878209315063,
                                     0.3351716726572137, -0.017184956987387742, 0.00014361540102234496};

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: burst1d WIDTH BURST\n"), 2;
  const double width = atof(argv[1]), burst = atof(argv[2]);
  const real dx = 1e-7Q, scale = (real)burst / dx / dx;
  const int n = 2 * (int)lround(width / 1e-7 / 2) + 1, middle = (n - 1) / 2;
  real *a = malloc(n * sizeof *a), *u = malloc(n * sizeof *u), *out = malloc(n * sizeof *out);
  cplx *pivot = malloc(n * sizeof *pivot), *y = malloc(n * sizeof *y);
  for (int i = 0; i < n; i++) a[i] = 1.1Q + sinq(2 * M_PIq * ((real)(i + 1 - middle) / 100));
  for (int power = 1; power <= 2; power++) {
    for (int i = 0; i < n; i++) {
      const real s = (i - middle) * dx;
      u[i] = power == 1 ? s : s * s;
      out[i] = 0;
    }
    for (int k = 0; k < 7; k++) {
      const cplx z = pole_re[k] + pole_im[k] * 1.0i, c = residue_re[k] + residue_im[k] * 1.0i;
      for (int i = 0; i < n; i++) {
        const int inner = i > 0 && i < n - 1;
        const real lower = inner ? scale * a[i - 1] : 0, upper = inner ? scale * a[i] : 0;
        const real upper_before = i > 1 ? scale * a[i - 1] : 0;
        pivot[i] = -(lower + upper) - z;
        y[i] = u[i];
        if (i > 0) {
          pivot[i] -= lower * upper_before / pivot[i - 1];
          y[i] -= lower * y[i - 1] / pivot[i - 1];
        }
      }
      cplx x = 0;
      for (int i = n - 1; i >= 0; i--) {
        const real upper = i > 0 && i < n - 1 ? scale * a[i] : 0;
        x = (y[i] - upper * x) / pivot[i];
        out[i] += 2 * crealq(c * x);
      }
    }
    real change = 0;
    for (int i = 0; i <= 1000; i++) {
      const int weight = i == 0 || i == 1000 ? 1 : i % 2 ? 4 : 2, at = middle - 500 + i;
      change += weight * (out[at] - u[at]);
    }
    const real slope = change / 3000 / (real)burst;
    printf("%s = %.12g\n", power == 1 ? "d1" : "a_eff", (double)(power == 1 ? slope : slope / 2));
  }
  return 0;
}
