#ifndef APPORTION_PLANNING_KERNELS_H
#define APPORTION_PLANNING_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Arithmetic of the Lagrangian planner. A group is the ladder of one channel in one period; tables of gains and costs
// hold a row per level and a column per group, so that the search for the best level runs along groups. The number of
// columns, `stride`, is a multiple of 16; unused entries have gain -infinity and cost 0, but for level 0's gain 0.

/// Per bid: the share of auctions won and the mean money paid per auction entered, at a log price factor.
void ck_auction_ladder(const float *win_share, const float *price_sum, const float *bids, size_t count,
                       float price_log, float price_unit, int first_price, float *won, float *paid);

/// Per level: gain = rate · opportunities · won · e^(-strength · (carried + push · self)), where push = won · push_scale.
void ck_auction_gains(const float *won, size_t count, float scale, float strength, float carried, float self_push,
                      float *gain);

/// The money that all groups spend together when each takes the level of largest gain - multiplier · cost, the first
/// among equals.
float ck_spend_at(const float *net_gain, const float *cost, size_t stride, size_t levels, float multiplier);

/// The level that each group takes under `ck_spend_at`'s rule, `stride` of them.
void ck_levels_at(const float *net_gain, const float *cost, size_t stride, size_t levels, float multiplier,
                  int32_t *chosen);

/// The levels of a response channel at every node of stock. Arrays hold an entry per node and level, `spend` one per level.
typedef struct {
  const float *spend;       // money
  const float *saturation;  // the share of the channel's ceiling that the stock earns
  const int32_t *cell;      // the node below the stock, which is never the last
  const float *fraction;    // how far it lies towards the node above
  size_t count;             // levels
} ck_stock_levels;

/// One step of Bellman's recursion for a response channel, at many prices of money at once.
///
/// value = max over levels of weight · saturation - price · spend + next_value, read between nodes of stock; spend = the
/// money that goes with it. Tables hold a row per node and a column per price.
void ck_response_backup(const float *next_value, const float *next_spend, const float *prices, size_t price_count,
                        const ck_stock_levels *levels, size_t nodes, float weight, float *value, float *spend);

// One step of the dynamic programme over the budget left, on a grid of budgets `spacing` apart. `value[k]` is what the
// auctions still to come are worth with a budget of k · spacing; between two grid points it is linear.

/// next[k] = value[k] + Σ_i share_i · max(0, worth_i + value(k − price_i) − value[k]) for k < points: every auction of the
/// sample is won where it is worth what it costs. Prices are in grid steps. `next` must not overlap `value`.
void ck_second_price_backup(const double *value, size_t points, const double *price, const double *worth,
                            const double *share, size_t count, double *next);

/// The same where a winner pays the bid: next[k] = value[k] + Σ_i share_i · max_j chance_ij · max(0, worth_i + value(k −
/// bid_j) − value[k]). Bids are in grid steps; `chance` has a row of `bids` chances of winning per auction of the
/// sample. `best` takes `points` doubles.
void ck_first_price_backup(const double *value, size_t points, const double *worth, const double *share,
                           size_t count, const double *bid, const double *chance, size_t bids, double *best,
                           double *next);

#endif
