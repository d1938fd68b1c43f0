/*
 * The C side of the transforms in the kernels benchmark: FFTW's real transform of a square, an FFTW_MEASURE plan, aligned
 * arrays, one thread; times 1 / points as ours.
 *
 * A task a line:   rfft2:<points an axis> <number that is not used> <number of runs>
 * -> <median milliseconds> <48 numbers spread over the coefficients>.
 */
#include <fftw3.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int made;
static double *u, *c;
static fftw_plan plan;

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

static int ascending(const void *x, const void *y) {
  double p = *(const double *)x, r = *(const double *)y;
  return (p > r) - (p < r);
}

/* Arrays are kept until the program ends. */
static void make(int n) {
  made = n;
  u = fftw_alloc_real((size_t)n * n);
  c = (double *)fftw_alloc_complex((size_t)n * (n / 2 + 1));
  plan = fftw_plan_dft_r2c_2d(n, n, u, (fftw_complex *)c, FFTW_MEASURE);
  for (int i = 0; i < n * n; i++) u[i] = sin(0.37 * i);
}

int main(void) {
  char line[128];
  int n, repeats;
  double unused;
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "rfft2:%d %lf %d", &n, &unused, &repeats) != 3 || n < 2 || repeats < 1) {
      fprintf(stderr, "malformed line: %s", line);
      return 2;
    }
    if (n != made) make(n);
    double *times = malloc(repeats * sizeof *times);
    for (int r = 0; r < repeats; r++) {
      double start = now_ms();
      fftw_execute(plan);
      times[r] = now_ms() - start;
    }
    qsort(times, repeats, sizeof *times, ascending);
    printf("%.9g", repeats % 2 ? times[repeats / 2] : 0.5 * (times[repeats / 2 - 1] + times[repeats / 2]));
    free(times);
    const long size = 2L * n * (n / 2 + 1);
    for (long i = 0; i < 48; i++) printf(" %.17g", c[i * size / 48] / ((double)n * n));
    printf("\n");
    fflush(stdout);
  }
  return 0;
}
