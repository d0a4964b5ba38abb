#ifndef APPORTION_BOUND_KERNELS_H
#define APPORTION_BOUND_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// One step of the backward recursion behind the certified bound of an auction channel whose audience tires, in double
// precision: the bound must not lose its certificate to rounding.

/// How many counts of wins stand for a Poisson law that is wide against the nodes.
#define CK_LATTICE 16

/// The levels of one tick. Every array holds one entry per level.
typedef struct {
  const double *wins;      // mean wins, positive; the wins are Poisson
  const double *price;     // mean price of a win, already times the money's multiplier
  const double *variance;  // variance of the same
  const int32_t *lattice;  // index of the level's lattice, or -1 where the law is narrow
  size_t count;
} ck_bid_levels;

/// Laws of wins spread onto CK_LATTICE evenly spaced counts, which raises the mean of every convex function.
typedef struct {
  const double *first;   // by lattice: the lowest count
  const double *step;    // by lattice: the distance of two counts
  const double *shares;  // by lattice and count: probability
} ck_win_lattices;

/// Writes `value`, an upper bound at each node of what the channel can still earn from the tick on.
///
/// Nodes are exposures 0, spacing, 2·spacing, …; `next` holds the same bound for the tick after, `rate` the objective
/// gained per win at each node. Exposure becomes retention · exposure + wins / reach. A law without a lattice must have a
/// mean of at least 64 and a standard deviation of exposure of at most half the spacing. `scratch` takes 5 · nodes + 8
/// doubles.
void ck_fatigue_backup(const ck_bid_levels *levels, const ck_win_lattices *lattices, const double *next,
                       const double *rate, size_t nodes, double spacing, double retention, double reach,
                       double *scratch, double *value);

#endif
