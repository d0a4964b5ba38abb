#ifndef APPORTION_AUCTION_KERNELS_H
#define APPORTION_AUCTION_KERNELS_H

#include <stddef.h>

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
