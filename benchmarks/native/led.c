/*
 * The C side of the led benchmark, one thread: lattice Boltzmann steps of FitzHugh and Nagumo's equations, population by
 * population, so that gcc makes vectors of nodes; particles in three dimensions with normal numbers by a ziggurat of 256
 * strips on xoshiro128++.
 *
 * A task a line:   fhn:<nodes>:<steps> <unused> <number of runs>           -> <median milliseconds> <densities>
 *             or   particles:<particles>:<steps> <unused> <number of runs> -> <median milliseconds> <means of x_k, of x_k^2>
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* No multiple of a page: a dozen arrays a page apart would share the same few lines of the cache. */
#define MOST 1100

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

/* One field's populations; two of each, since a step cannot stream in place and be a vector loop. */
struct field {
  double left[MOST], rest[MOST], right[MOST];
};
static struct field fields[2][2];

/* A step from a to b. What streams over an end is dropped here and mended below, by the walls of the study's program. */
static void lattice_step(int n, const struct field *restrict au, const struct field *restrict av,
                         struct field *restrict bu, struct field *restrict bv) {
  const double dt = 0.005, epsilon = 0.006, a0 = -0.03, a1 = 2;
  const double wu = 2 / (1 + 3 * 1 * dt / 0.04), wv = 2 / (1 + 3 * 4 * dt / 0.04);
  /* Slot j + 1 holds node j, so that both ends have room. */
  for (int j = 1; j <= n; j++) {
    double u = au->left[j] + au->rest[j] + au->right[j], v = av->left[j] + av->rest[j] + av->right[j];
    double gu = wu / 3 * u + dt / 3 * (u - u * u * u - v), gv = wv / 3 * v + dt / 3 * epsilon * (u - a1 * v - a0);
    bu->left[j - 1] = (1 - wu) * au->left[j] + gu;
    bu->rest[j] = (1 - wu) * au->rest[j] + gu;
    bu->right[j + 1] = (1 - wu) * au->right[j] + gu;
    bv->left[j - 1] = (1 - wv) * av->left[j] + gv;
    bv->rest[j] = (1 - wv) * av->rest[j] + gv;
    bv->right[j + 1] = (1 - wv) * av->right[j] + gv;
  }
  bu->right[1] = bu->right[2];
  bv->right[1] = bv->right[2];
  bu->left[n] = bu->right[n];
  bv->left[n] = bv->right[n];
}

static double run_lattice(int n, int steps, double *densities) {
  const double pi = acos(-1.0);
  for (int j = 0; j < n; j++) {
    double u = cos(pi * (j + 0.5) / n) / 3, v = 0.1 * cos(2 * pi * (j + 0.5) / n) / 3;
    fields[0][0].left[j + 1] = fields[0][0].rest[j + 1] = fields[0][0].right[j + 1] = u;
    fields[0][1].left[j + 1] = fields[0][1].rest[j + 1] = fields[0][1].right[j + 1] = v;
  }
  double start = now_ms();
  for (int s = 0; s < steps; s++) {
    struct field *a = fields[s % 2], *b = fields[1 - s % 2];
    lattice_step(n, &a[0], &a[1], &b[0], &b[1]);
  }
  double ms = now_ms() - start;
  for (int k = 0; k < 2; k++) {
    struct field *f = &fields[steps % 2][k];
    for (int j = 1; j <= n; j++) densities[k * n + j - 1] = f->left[j] + f->rest[j] + f->right[j];
  }
  return ms;
}

/* xoshiro128++ of Blackman and Vigna. */
static uint32_t seed[4] = {0x9e3779b9, 0x7f4a7c15, 0xf39cc060, 0x5cedc834};

static inline uint32_t next(void) {
  uint32_t sum = seed[0] + seed[3], word = ((sum << 7) | (sum >> 25)) + seed[0], t = seed[1] << 9;
  seed[2] ^= seed[0];
  seed[3] ^= seed[1];
  seed[1] ^= seed[2];
  seed[0] ^= seed[3];
  seed[2] ^= t;
  seed[3] = (seed[3] << 11) | (seed[3] >> 21);
  return word;
}

static double uniform(void) { return (next() + 0.5) / 4294967296.0; }

/* Marsaglia and Tsang's ziggurat: eight bits choose a strip, the 24 others the place in it. */
#define TAIL 3.654152885361009
#define AREA 0.004928673233974655
static double ends[257], heights[257], places[256];

static void make_strips(void) {
  ends[0] = AREA * exp(0.5 * TAIL * TAIL);
  ends[1] = TAIL;
  for (int k = 2; k < 256; k++) ends[k] = sqrt(-2 * log(AREA / ends[k - 1] + exp(-0.5 * ends[k - 1] * ends[k - 1])));
  ends[256] = 0;
  for (int k = 0; k <= 256; k++) heights[k] = exp(-0.5 * ends[k] * ends[k]);
  for (int k = 0; k < 256; k++) places[k] = ends[k] / 8388608;
}

static double normal(void) {
  for (;;) {
    int32_t word = (int32_t)next();
    int strip = word & 255;
    double value = ((word >> 8) + 0.5) * places[strip];
    if (__builtin_expect(fabs(value) < ends[strip + 1], 1)) return value;
    if (strip == 0) {
      double beyond;
      do beyond = -log(uniform()) / TAIL;
      while (-2 * log(uniform()) < beyond * beyond);
      return value > 0 ? TAIL + beyond : -TAIL - beyond;
    }
    if (heights[strip] + uniform() * (heights[strip + 1] - heights[strip]) < exp(-0.5 * value * value)) return value;
  }
}

static double run_particles(int count, int steps, double *sums) {
  static double x[3][MOST], noise[MOST];
  const double amplitude[] = {1, 1.5, 0}, frequency[] = {0.2, 1, 0.5}, dt = 1e-3, deviation = sqrt(0.2 * 1e-3);
  memset(x, 0, sizeof x);
  double start = now_ms();
  for (int s = 0; s < steps; s++) {
    for (int k = 0; k < 3; k++) {
      double shift = amplitude[k] * cos(frequency[k] * s * dt) * dt;
      for (int i = 0; i < count; i++) noise[i] = normal();
      /* The fold at both walls without branches; |y| is below 3/2. */
      for (int i = 0; i < count; i++) x[k][i] = fabs(1 - fabs(0.5 - (x[k][i] + shift + deviation * noise[i]))) - 0.5;
    }
  }
  double ms = now_ms() - start;
  for (int k = 0; k < 3; k++) {
    for (int i = 0; i < count; i++) {
      sums[k] += x[k][i];
      sums[3 + k] += x[k][i] * x[k][i];
    }
  }
  return ms;
}

static int ascending(const void *x, const void *y) {
  double p = *(const double *)x, r = *(const double *)y;
  return (p > r) - (p < r);
}

static double median(double *times, int count) {
  qsort(times, count, sizeof *times, ascending);
  return count % 2 ? times[count / 2] : 0.5 * (times[count / 2 - 1] + times[count / 2]);
}

int main(void) {
  char line[256];
  int size, steps, repeats;
  double unused;
  static double densities[2 * MOST];
  make_strips();
  while (fgets(line, sizeof line, stdin)) {
    int lattice = sscanf(line, "fhn:%d:%d %lf %d", &size, &steps, &unused, &repeats) == 4;
    int drift = !lattice && sscanf(line, "particles:%d:%d %lf %d", &size, &steps, &unused, &repeats) == 4;
    if ((!lattice && !drift) || size < 2 || size > MOST - 2 || steps < 1 || repeats < 1) {
      fprintf(stderr, "malformed line: %s", line);
      return 2;
    }
    double *times = malloc(repeats * sizeof *times), sums[6] = {0};
    for (int i = 0; i < repeats; i++) {
      times[i] = lattice ? run_lattice(size, steps, densities) : run_particles(size, steps, sums);
    }
    printf("%.9g", median(times, repeats));
    if (lattice) {
      for (int j = 0; j < 2 * size; j++) printf(" %.17g", densities[j]);
    } else {
      for (int k = 0; k < 6; k++) printf(" %.17g", sums[k] / ((double)repeats * size));
    }
    printf("\n");
    fflush(stdout);
    free(times);
  }
  return 0;
}
