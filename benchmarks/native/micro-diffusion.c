/*
 * The C side of the micro-diffusion benchmark: the exponential burst of one patch and the explicit heat step, with the
 * loops of packages/integrators/src/exponential/rational-exponential.ts written in plain C. No intrinsics, no threads.
 *
 * micro-diffusion <data>: the file holds float64 arrays lower, diagonal, upper, rough of `points` numbers and the states
 * of nine patches, after two int64: points and patches. Then one task a line on standard input, answered by a line each:
 *
 *   <task> <number> <number of repeats>   ->   <median milliseconds> <numbers that say what was computed>
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAIRS 7
#define GROUP 3

static const double POLE_RE[PAIRS] = {5.62316478591332,   5.089367564051825,  3.9933939169947728, 2.2698131946556557,
                                      -0.2087182241648243, -3.703215356019705, -8.897683270422746};
static const double POLE_IM[PAIRS] = {1.19407555888479,   3.5888443387480664, 6.004867784553896, 8.461792363760143,
                                      10.991334648730728, 13.656464690624857, 16.631088780518656};
static const double RESIDUE_RE[PAIRS] = {-27.87533114059996,  46.9337530132887,     -23.49872552724336,  4.807332311061495,
                                         -0.3763981614778793, 0.009441068865057467, -7.15638108433306e-5};
static const double RESIDUE_IM[PAIRS] = {-102.15032871934108, 45.64577708417692,    -5.809283323475586,    -1.3207878209315063,
                                         0.3351716726572137,  -0.017184956987387742, 0.00014361540102234496};

static int n;
static int patches;
static double *lower, *diagonal, *upper, *rough, *states;
static double *scaled_lower, *scaled_upper, *row_sum, *factors[PAIRS], *sweep, *increments[GROUP], *u, *v;
static double factored_for = -1;

static double *numbers(size_t count) {
  double *p = calloc(count, sizeof *p);
  if (!p) {
    fprintf(stderr, "out of memory\n");
    exit(1);
  }
  return p;
}

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

static void factor_shifted(double zr, double zi, double *restrict w) {
  double er = 0, ei = 0, wr = 0, wi = 0;
  for (int i = 0; i < n; i++) {
    double l = scaled_lower[i];
    double ratio_re = er * wr - ei * wi, ratio_im = er * wi + ei * wr;
    er = row_sum[i] - zr - l * ratio_re;
    ei = -zi - l * ratio_im;
    double pr = er - scaled_upper[i];
    double q = 1 / (pr * pr + ei * ei);
    wr = pr * q;
    wi = -ei * q;
    w[2 * i] = wr;
    w[2 * i + 1] = wi;
  }
}

static void factor(double tau) {
  for (int i = 0; i < n; i++) {
    scaled_lower[i] = tau * lower[i];
    scaled_upper[i] = tau * upper[i];
    row_sum[i] = tau * (diagonal[i] + (lower[i] + upper[i]));
  }
  for (int k = 0; k < PAIRS; k++) factor_shifted(POLE_RE[k], POLE_IM[k], factors[k]);
  factored_for = tau;
}

/* out = tau A u, by differences of neighbours. */
static void apply_scaled(const double *restrict x, double *restrict out) {
  double left = 0;
  for (int i = 0; i < n - 1; i++) {
    double right = x[i + 1] - x[i];
    out[i] = scaled_upper[i] * right - scaled_lower[i] * left + row_sum[i] * x[i];
    left = right;
  }
  out[n - 1] = row_sum[n - 1] * x[n - 1] - scaled_lower[n - 1] * left;
}

static void weight(int k, double *re, double *im) {
  double zr = POLE_RE[k], zi = POLE_IM[k], cr = RESIDUE_RE[k], ci = RESIDUE_IM[k];
  double q = 2 / (zr * zr + zi * zi);
  *re = q * (cr * zr + ci * zi);
  *im = q * (ci * zr - cr * zi);
}

/* out += Re(c x), (tau A - z) x = r, for one state. */
static void add_one(int k, const double *restrict r, double *restrict out) {
  const double *restrict l = scaled_lower, *restrict up = scaled_upper, *restrict w = factors[k];
  double *restrict g = sweep;
  double cr, ci, gr = 0, gi = 0, xr = 0, xi = 0;
  weight(k, &cr, &ci);
  for (int i = 0; i < n; i++) {
    double wr = w[2 * i], wi = w[2 * i + 1];
    double yr = r[i] - l[i] * gr, yi = -l[i] * gi;
    gr = wr * yr - wi * yi;
    gi = wr * yi + wi * yr;
    g[2 * i] = gr;
    g[2 * i + 1] = gi;
  }
  for (int i = n - 1; i >= 0; i--) {
    double fr = w[2 * i] * up[i], fi = w[2 * i + 1] * up[i];
    double nr = g[2 * i] - (fr * xr - fi * xi);
    xi = g[2 * i + 1] - (fr * xi + fi * xr);
    xr = nr;
    out[i] += cr * xr - ci * xi;
  }
}

/* The same for one state and two poles at once, k and k + 1: r and the bands are read once. */
static void add_pair(int k, const double *restrict r, double *restrict out) {
  const double *restrict l = scaled_lower, *restrict up = scaled_upper;
  const double *restrict w = factors[k], *restrict v = factors[k + 1];
  double *restrict g = sweep;
  double cr, ci, dr, di, ar = 0, ai = 0, br = 0, bi = 0;
  weight(k, &cr, &ci);
  weight(k + 1, &dr, &di);
  for (int i = 0, j = 0; i < n; i++, j += 4) {
    double y0 = r[i] - l[i] * ar, z0 = -l[i] * ai;
    ar = w[2 * i] * y0 - w[2 * i + 1] * z0;
    ai = w[2 * i] * z0 + w[2 * i + 1] * y0;
    g[j] = ar;
    g[j + 1] = ai;
    double y1 = r[i] - l[i] * br, z1 = -l[i] * bi;
    br = v[2 * i] * y1 - v[2 * i + 1] * z1;
    bi = v[2 * i] * z1 + v[2 * i + 1] * y1;
    g[j + 2] = br;
    g[j + 3] = bi;
  }
  ar = ai = br = bi = 0;
  for (int i = n - 1, j = 4 * (n - 1); i >= 0; i--, j -= 4) {
    double fr = w[2 * i] * up[i], fi = w[2 * i + 1] * up[i];
    double nr = g[j] - (fr * ar - fi * ai);
    ai = g[j + 1] - (fr * ai + fi * ar);
    ar = nr;
    fr = v[2 * i] * up[i];
    fi = v[2 * i + 1] * up[i];
    nr = g[j + 2] - (fr * br - fi * bi);
    bi = g[j + 3] - (fr * bi + fi * br);
    br = nr;
    out[i] = out[i] + (cr * ar - ci * ai) + (dr * br - di * bi);
  }
}

/* The same for three states at once: one read of the factors, three interleaved recurrences. */
static void add_three(int k, double *restrict out0, double *restrict out1, double *restrict out2) {
  const double *restrict l = scaled_lower, *restrict up = scaled_upper, *restrict w = factors[k];
  const double *restrict r0 = increments[0], *restrict r1 = increments[1], *restrict r2 = increments[2];
  double *restrict g = sweep;
  double cr, ci, ar = 0, ai = 0, br = 0, bi = 0, er = 0, ei = 0;
  weight(k, &cr, &ci);
  for (int i = 0; i < n; i++) {
    double wr = w[2 * i], wi = w[2 * i + 1];
    double y0 = r0[i] - l[i] * ar, z0 = -l[i] * ai;
    double y1 = r1[i] - l[i] * br, z1 = -l[i] * bi;
    double y2 = r2[i] - l[i] * er, z2 = -l[i] * ei;
    g[6 * i] = ar = wr * y0 - wi * z0;
    g[6 * i + 1] = ai = wr * z0 + wi * y0;
    g[6 * i + 2] = br = wr * y1 - wi * z1;
    g[6 * i + 3] = bi = wr * z1 + wi * y1;
    g[6 * i + 4] = er = wr * y2 - wi * z2;
    g[6 * i + 5] = ei = wr * z2 + wi * y2;
  }
  ar = ai = br = bi = er = ei = 0;
  for (int i = n - 1; i >= 0; i--) {
    double fr = w[2 * i] * up[i], fi = w[2 * i + 1] * up[i];
    double na = g[6 * i] - (fr * ar - fi * ai);
    double nb = g[6 * i + 2] - (fr * br - fi * bi);
    double ne = g[6 * i + 4] - (fr * er - fi * ei);
    ai = g[6 * i + 1] - (fr * ai + fi * ar);
    bi = g[6 * i + 3] - (fr * bi + fi * br);
    ei = g[6 * i + 5] - (fr * ei + fi * er);
    ar = na;
    br = nb;
    er = ne;
    out0[i] += cr * ar - ci * ai;
    out1[i] += cr * br - ci * bi;
    out2[i] += cr * er - ci * ei;
  }
}

/* How a burst goes through patches and poles: one of each at a time, two poles at a time, or three patches at a time. */
enum order { APART, PAIRS_OF_POLES, GROUPS };

/* One burst of `count` patches from u to u. */
static void burst(double tau, int count, enum order order) {
  if (tau != factored_for) factor(tau);
  int m = 0;
  for (; order == GROUPS && m + GROUP <= count; m += GROUP) {
    double *first = u + (size_t)m * n;
    for (int j = 0; j < GROUP; j++) apply_scaled(first + (size_t)j * n, increments[j]);
    for (int k = 0; k < PAIRS; k++) add_three(k, first, first + n, first + 2 * (size_t)n);
  }
  for (; m < count; m++) {
    apply_scaled(u + (size_t)m * n, increments[0]);
    int k = 0;
    for (; order != APART && k + 1 < PAIRS; k += 2) add_pair(k, increments[0], u + (size_t)m * n);
    for (; k < PAIRS; k++) add_one(k, increments[0], u + (size_t)m * n);
  }
}

/* One explicit Euler step: the tridiagonal operator by differences and row sums, and the update, in one pass. */
static void heat_step(double dt, const double *restrict x, double *restrict out) {
  int last = n - 1;
  out[0] = x[0] + dt * (upper[0] * (x[1] - x[0]) + (diagonal[0] + upper[0]) * x[0]);
  for (int i = 1; i < last; i++) {
    double sum = diagonal[i] + (lower[i] + upper[i]);
    out[i] = x[i] + dt * (upper[i] * (x[i + 1] - x[i]) - lower[i] * (x[i] - x[i - 1]) + sum * x[i]);
  }
  out[last] = x[last] + dt * ((diagonal[last] + lower[last]) * x[last] - lower[last] * (x[last] - x[last - 1]));
}

/* The same step for an operator known to be a difference of fluxes whose ends are held: no row sums, no ends. */
static void flux_step(double dt, const double *restrict x, double *restrict out) {
  out[0] = x[0];
  for (int i = 1; i < n - 1; i++) out[i] = x[i] + dt * (upper[i] * (x[i + 1] - x[i]) - lower[i] * (x[i] - x[i - 1]));
  out[n - 1] = x[n - 1];
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *times, int count) {
  qsort(times, count, sizeof *times, ascending);
  return count % 2 ? times[count / 2] : 0.5 * (times[count / 2 - 1] + times[count / 2]);
}

static void bursts(double tau, int count, enum order order, int cold, int repeats) {
  double *times = numbers(repeats);
  if (!cold && tau != factored_for) factor(tau);
  for (int r = 0; r < repeats; r++) {
    memcpy(u, states, (size_t)count * n * sizeof *u);
    if (cold) factored_for = -1;
    double start = now_ms();
    burst(tau, count, order);
    times[r] = now_ms() - start;
  }
  printf("%.9g", median(times, repeats));
  for (int m = 0; m < count; m++) {
    size_t middle = (size_t)m * n + n / 2;
    printf(" %.17g", u[middle] - states[middle]);
  }
  printf("\n");
  free(times);
}

/* Time per step; `repeats` even, so that the last step is written to u. */
static void heat(void step(double, const double *restrict, double *restrict), double dt, int repeats) {
  memcpy(u, rough, n * sizeof *u);
  double start = now_ms();
  for (int r = 0; r < repeats; r += 2) {
    step(dt, u, v);
    step(dt, v, u);
  }
  double elapsed = now_ms() - start;
  printf("%.9g", elapsed / repeats);
  for (int i = 0; i < 9; i++) printf(" %.17g", u[(size_t)(n - 1) * i / 8]);
  printf("\n");
}

static void load(const char *path) {
  FILE *file = fopen(path, "rb");
  int64_t head[2];
  if (!file || fread(head, sizeof head, 1, file) != 1) {
    fprintf(stderr, "cannot read %s\n", path);
    exit(1);
  }
  n = (int)head[0];
  patches = (int)head[1];
  size_t count = (size_t)n * (4 + patches);
  lower = numbers(count);
  if (fread(lower, sizeof *lower, count, file) != count) {
    fprintf(stderr, "%s is short\n", path);
    exit(1);
  }
  fclose(file);
  diagonal = lower + n;
  upper = diagonal + n;
  rough = upper + n;
  states = rough + n;
  scaled_lower = numbers(n);
  scaled_upper = numbers(n);
  row_sum = numbers(n);
  for (int k = 0; k < PAIRS; k++) factors[k] = numbers(2 * (size_t)n);
  for (int j = 0; j < GROUP; j++) increments[j] = numbers(n);
  sweep = numbers(2 * (size_t)GROUP * n);
  u = numbers((size_t)patches * n);
  v = numbers(n);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: micro-diffusion <data>\n");
    return 2;
  }
  load(argv[1]);
  char line[256], task[64];
  double number;
  int repeats;
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "%63s %lf %d", task, &number, &repeats) != 3 || repeats < 1) {
      fprintf(stderr, "malformed line: %s", line);
      return 2;
    }
    if (!strcmp(task, "burst")) bursts(number, 1, APART, 0, repeats);
    else if (!strcmp(task, "burst_pairs")) bursts(number, 1, PAIRS_OF_POLES, 0, repeats);
    else if (!strcmp(task, "burst_cold")) bursts(number, 1, APART, 1, repeats);
    else if (!strcmp(task, "burst_nine")) bursts(number, patches, GROUPS, 0, repeats);
    else if (!strcmp(task, "burst_nine_apart")) bursts(number, patches, APART, 0, repeats);
    else if (!strcmp(task, "heat")) heat(heat_step, number, repeats);
    else if (!strcmp(task, "heat_flux")) heat(flux_step, number, repeats);
    else {
      fprintf(stderr, "no task %s\n", task);
      return 2;
    }
    fflush(stdout);
  }
  return 0;
}
