#include "bound_kernels.h"

#include "target_clones.h"

// What a channel can still earn is a convex, falling function of exposure; so is the bound of it, which is read between
// nodes along chords. With W ~ Poisson(m) wins, X the exposure after them and C their price, a level earns
//
//   E max(none, rate · W - C + next(X)),    none = next(exposure without wins),
//
// because where money runs out the wins are cut to some W' <= W after the fact, and a function convex in W' is largest at
// an end. Replacing next by a line below it, and adding the difference, leaves E max(0, Y) for a sum Y over wins, which
// is at most (E Y + sqrt(E Y²)) / 2. Two lines serve, and the smaller bound counts: the tangent at E X, good where wins
// are many, and the tangent at no wins, for which Y is 0 at W = 0 and Jensen's inequality spares the variance of W.

static inline double larger(double a, double b) { return a > b ? a : b; }
static inline double smaller(double a, double b) { return a < b ? a : b; }
// Unlike sqrt, free of errno, which would keep loops scalar.
static inline double root(double a) { return __builtin_elementwise_sqrt(a); }

// Lower convex hull of the node values, made to fall: the truth is convex and falls, so it lies below this as well.
static void convex_hull(const double *next, size_t nodes, double *hull, int *corners) {
  size_t count = 0;
  double least = next[0];
  for (size_t i = 0; i < nodes; i++) {
    hull[i] = least = smaller(least, next[i]);
    while (count >= 2) {
      const int a = corners[count - 2], b = corners[count - 1];
      if ((hull[b] - hull[a]) * (double)((int)i - b) <= (hull[i] - hull[b]) * (double)(b - a)) break;
      count--;
    }
    corners[count++] = (int)i;
  }
  for (size_t c = 0; c + 1 < count; c++) {
    const int a = corners[c], b = corners[c + 1];
    const double rise = (hull[b] - hull[a]) / (double)(b - a);
    for (int i = a + 1; i < b; i++) hull[i] = hull[a] + rise * (double)(i - a);
  }
}

// The hull at a place counted in spacings; constant beyond the last node.
static inline double read_at(const double *hull, double place, double last, int final) {
  const double inside = smaller(place, last);
  const int cell = (int)inside < final ? (int)inside : final;
  return hull[cell] + (inside - cell) * (hull[cell + 1] - hull[cell]);
}

// What all levels of a tick share. Arrays hold one entry per node, except growth, farGrowth: one per cell or kink.
typedef struct {
  const double *rate;       // objective per win
  const double *hull;       // the bound of the tick after
  const double *growth;     // of the hull's slope at its nodes
  const double *farGrowth;  // of the slope one kink beyond each cell, plus a little more than half of that two beyond
  const double *none;       // the hull where nothing is won
  const double *slope;      // its slope there, per win
  size_t nodes;
  double spacing, retention, reach;
} tick_state;

// The smaller of both bounds. `after` = next(E X), `gap` = E next(X) - next(E X) at most; slopes are per win.
static inline double earned(double wins, double price, double variance, double rate, double none, double firstSlope,
                            double after, double slope, double gap) {
  const double margin = rate - price;
  const double first = wins * (margin + firstSlope);
  const double fromNone = wins * margin + after + 0.5 * (root(first * first + wins * variance) - first);
  const double gain = wins * margin + after - none;
  const double spread = wins * ((margin + slope) * (margin + slope) + variance);
  const double fromMean = none + 0.5 * (gain + root(gain * gain + spread));
  return smaller(fromNone, fromMean) + gap;
}

// More than `earned` can be, as exposure only ever hurts.
static inline double unspoilt(double wins, double price, double variance, double rate, double none, double firstSlope) {
  const double first = wins * (rate - price + firstSlope);
  return wins * (rate - price) + none + 0.5 * (root(first * first + wins * variance) - first);
}

// Whether a level can raise any node's value.
APPORTION_VECTORIZED
static int can_improve(double wins, double price, double variance, const tick_state *t, const double *restrict value) {
  const double *restrict rate = t->rate, *restrict none = t->none, *restrict slope = t->slope;
  int improves = 0;
  for (size_t i = 0; i < t->nodes; i++)
    improves |= unspoilt(wins, price, variance, rate[i], none[i], slope[i]) > value[i];
  return improves;
}

// A law much narrower than a cell and close to normal: next(E X) plus, for the kinks within three cells, Scarf's (1958)
// E (X - n)+ <= (sqrt(s² + d²) - d) / 2 beyond (E X - n)+, d = |E X - n|. Farther kinks are six deviations away and a
// Poisson of mean 64 or more reaches them with a probability below 1e-6 (Bernstein), which the final slack covers.
APPORTION_VECTORIZED
static void back_up_narrow(double wins, double price, double variance, const tick_state *t, double *restrict value) {
  const double *restrict hull = t->hull, *restrict growth = t->growth, *restrict farGrowth = t->farGrowth;
  const double *restrict rate = t->rate, *restrict none = t->none, *restrict firstSlope = t->slope;
  const double spacing = t->spacing, retention = t->retention, last = (double)(t->nodes - 1);
  const double unit = 1 / (t->reach * spacing), push = wins * unit;
  const double spread = wins / (t->reach * t->reach);
  const double far = 0.5 * (root(spread + spacing * spacing) - spacing);
  const int final = (int)t->nodes - 2;
  for (size_t i = 0; i < t->nodes; i++) {
    const double reached = retention * (double)i + push;
    const double place = smaller(reached, last);
    const int cell = (int)place < final ? (int)place : final;
    const double rise = hull[cell + 1] - hull[cell];
    const double after = hull[cell] + (place - cell) * rise;
    const double slope = reached < last ? rise * unit : 0;
    const double below = (place - cell) * spacing, above = spacing - below;
    const double gap = 0.5 * growth[cell] * (root(spread + below * below) - below) +
                       0.5 * growth[cell + 1] * (root(spread + above * above) - above) + far * farGrowth[cell];
    value[i] = larger(value[i], earned(wins, price, variance, rate[i], none[i], firstSlope[i], after, slope, gap));
  }
}

// Any other law: the mean of next over the lattice of wins.
APPORTION_VECTORIZED
static void back_up_wide(double wins, double price, double variance, double first, double step,
                         const double *restrict shares, const tick_state *t, double *restrict value) {
  const double *restrict hull = t->hull, *restrict rate = t->rate, *restrict none = t->none;
  const double *restrict firstSlope = t->slope;
  const double unit = 1 / (t->reach * t->spacing), push = wins * unit, last = (double)(t->nodes - 1);
  const int final = (int)t->nodes - 2;
  for (size_t i = 0; i < t->nodes; i++) {
    const double kept = t->retention * (double)i;
    const double place = smaller(kept + push, last);
    const int cell = (int)place < final ? (int)place : final;
    const double rise = hull[cell + 1] - hull[cell];
    const double after = hull[cell] + (place - cell) * rise;
    const double slope = kept + push < last ? rise * unit : 0;
    double mean = 0;
    for (int k = 0; k < CK_LATTICE; k++)
      mean += shares[k] * read_at(hull, kept + (first + k * step) * unit, last, final);
    const double gap = larger(mean - after, 0);
    value[i] = larger(value[i], earned(wins, price, variance, rate[i], none[i], firstSlope[i], after, slope, gap));
  }
}

static void back_up(const ck_bid_levels *levels, const ck_win_lattices *lattices, size_t m, const tick_state *tick,
                    double *value) {
  const int32_t lattice = levels->lattice[m];
  if (!can_improve(levels->wins[m], levels->price[m], levels->variance[m], tick, value)) return;
  if (lattice < 0)
    back_up_narrow(levels->wins[m], levels->price[m], levels->variance[m], tick, value);
  else
    back_up_wide(levels->wins[m], levels->price[m], levels->variance[m], lattices->first[lattice],
                 lattices->step[lattice], lattices->shares + (size_t)lattice * CK_LATTICE, tick, value);
}

// The level that promises most at a low exposure: tried first, it spares most of the others.
static size_t most_promising(const ck_bid_levels *levels, const tick_state *t) {
  const size_t node = t->nodes / 8;
  size_t best = 0;
  double most = 0;
  for (size_t m = 0; m < levels->count; m++) {
    const double promise = unspoilt(levels->wins[m], levels->price[m], levels->variance[m], t->rate[node],
                                    t->none[node], t->slope[node]);
    if (m == 0 || promise > most) best = m, most = promise;
  }
  return best;
}

void ck_fatigue_backup(const ck_bid_levels *levels, const ck_win_lattices *lattices, const double *next,
                       const double *rate, size_t nodes, double spacing, double retention, double reach,
                       double *scratch, double *value) {
  double *hull = scratch, *none = hull + nodes, *slope = none + nodes, *farGrowth = slope + nodes;
  double *growth = farGrowth + nodes + 3;
  int *corners = (int *)(void *)none;  // Free again before the values without wins are written.
  convex_hull(next, nodes, hull, corners);

  const int last = (int)nodes - 1;
  for (int i = -2; i <= 0; i++) growth[i] = 0;
  for (int i = 1; i < last; i++) growth[i] = larger((hull[i + 1] - 2 * hull[i] + hull[i - 1]) / spacing, 0);
  growth[last] = larger((hull[last - 1] - hull[last]) / spacing, 0);
  for (int i = 1; i <= 3; i++) growth[last + i] = 0;
  for (int i = 0; i < last; i++)
    farGrowth[i] = growth[i - 1] + growth[i + 2] + 0.55 * (growth[i - 2] + growth[i + 3]);

  for (int i = 0; i <= last; i++) {
    const double kept = retention * (double)i;
    const int cell = (int)kept < last - 1 ? (int)kept : last - 1;
    const double rise = hull[cell + 1] - hull[cell];
    value[i] = none[i] = hull[cell] + (kept - cell) * rise;
    slope[i] = rise / (spacing * reach);
  }
  const tick_state tick = {rate, hull, growth, farGrowth, none, slope, nodes, spacing, retention, reach};
  if (levels->count == 0) return;
  const size_t favourite = most_promising(levels, &tick);
  back_up(levels, lattices, favourite, &tick, value);
  for (size_t m = 0; m < levels->count; m++)
    if (m != favourite) back_up(levels, lattices, m, &tick, value);
}
