#include "auction_kernels.h"

#include "target_clones.h"

APPORTION_VECTORIZED
void ck_second_price_backup(const double *restrict value, size_t points, const double *restrict price,
                            const double *restrict worth, const double *restrict share, size_t count,
                            double *restrict next) {
  for (size_t k = 0; k < points; k++) next[k] = value[k];
  for (size_t i = 0; i < count; i++) {
    const size_t whole = (size_t)price[i];
    const double fraction = price[i] - (double)whole, kept = 1 - fraction;
    const double gain = worth[i], weight = share[i];
    if (fraction == 0) {
      for (size_t k = whole; k < points; k++) {
        const double net = gain + value[k - whole] - value[k];
        next[k] += net > 0 ? weight * net : 0;
      }
    } else {
      for (size_t k = whole + 1; k < points; k++) {
        const double net = gain + kept * value[k - whole] + fraction * value[k - whole - 1] - value[k];
        next[k] += net > 0 ? weight * net : 0;
      }
    }
  }
}

APPORTION_VECTORIZED
void ck_first_price_backup(const double *restrict value, size_t points, const double *restrict worth,
                           const double *restrict share, size_t count, const double *restrict bid,
                           const double *restrict chance, size_t bids, double *restrict best,
                           double *restrict next) {
  for (size_t k = 0; k < points; k++) next[k] = value[k];
  for (size_t i = 0; i < count; i++) {
    for (size_t k = 0; k < points; k++) best[k] = 0;
    for (size_t j = 0; j < bids; j++) {
      const size_t whole = (size_t)bid[j];
      const double fraction = bid[j] - (double)whole, kept = 1 - fraction;
      const double gain = worth[i], odds = chance[i * bids + j];
      for (size_t k = fraction == 0 ? whole : whole + 1; k < points; k++) {
        const double below = fraction == 0 ? 0 : fraction * value[k - whole - 1];
        const double net = odds * (gain + kept * value[k - whole] + below - value[k]);
        best[k] = net > best[k] ? net : best[k];
      }
    }
    for (size_t k = 0; k < points; k++) next[k] += share[i] * best[k];
  }
}
