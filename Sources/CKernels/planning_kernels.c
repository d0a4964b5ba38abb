#include "planning_kernels.h"

#include "target_clones.h"
#include "vector_math.h"

#define LAST_PRICE 300.0f
#define WIDTH 16

APPORTION_VECTORIZED
void ck_auction_ladder(const float *restrict win_share, const float *restrict price_sum, const float *restrict bids,
                       size_t count, float price_log, float price_unit, int first_price, float *restrict won,
                       float *restrict paid) {
  const float scale = vm_exp(price_log), inverse = 1 / scale;
  for (size_t i = 0; i < count; i++) {
    const float scaled = bids[i] * inverse;
    const float bid = scaled < LAST_PRICE ? scaled : LAST_PRICE;
    const int32_t cell = (int32_t)bid;
    const float fraction = bid - (float)cell;
    const float share = win_share[cell] + fraction * (win_share[cell + 1] - win_share[cell]);
    const float sum = price_sum[cell] + fraction * (price_sum[cell + 1] - price_sum[cell]);
    won[i] = share;
    paid[i] = price_unit * (first_price ? share * bids[i] : scale * sum);
  }
}

APPORTION_VECTORIZED
void ck_auction_gains(const float *restrict won, size_t count, float scale, float strength, float carried,
                      float self_push, float *restrict gain) {
  for (size_t i = 0; i < count; i++) gain[i] = scale * won[i] * vm_exp(-strength * (carried + self_push * won[i]));
}

APPORTION_VECTORIZED
float ck_spend_at(const float *restrict net_gain, const float *restrict cost, size_t stride, size_t levels,
                  float multiplier) {
  float total[WIDTH] = {0};
  for (size_t first = 0; first < stride; first += WIDTH) {
    float best[WIDTH], paid[WIDTH];
    for (size_t i = 0; i < WIDTH; i++) {
      paid[i] = cost[first + i];
      best[i] = net_gain[first + i] - multiplier * paid[i];
    }
    for (size_t level = 1; level < levels; level++) {
      const float *gains = net_gain + level * stride + first, *costs = cost + level * stride + first;
      for (size_t i = 0; i < WIDTH; i++) {
        const float value = gains[i] - multiplier * costs[i];
        paid[i] = value > best[i] ? costs[i] : paid[i];
        best[i] = value > best[i] ? value : best[i];
      }
    }
    for (size_t i = 0; i < WIDTH; i++) total[i] += paid[i];
  }
  float sum = 0;
  for (size_t i = 0; i < WIDTH; i++) sum += total[i];
  return sum;
}

APPORTION_VECTORIZED
void ck_levels_at(const float *restrict net_gain, const float *restrict cost, size_t stride, size_t levels,
                  float multiplier, int32_t *restrict chosen) {
  for (size_t first = 0; first < stride; first += WIDTH) {
    float best[WIDTH];
    int32_t at[WIDTH];
    for (size_t i = 0; i < WIDTH; i++) {
      best[i] = net_gain[first + i] - multiplier * cost[first + i];
      at[i] = 0;
    }
    for (size_t level = 1; level < levels; level++) {
      const float *gains = net_gain + level * stride + first, *costs = cost + level * stride + first;
      for (size_t i = 0; i < WIDTH; i++) {
        const float value = gains[i] - multiplier * costs[i];
        at[i] = value > best[i] ? (int32_t)level : at[i];
        best[i] = value > best[i] ? value : best[i];
      }
    }
    for (size_t i = 0; i < WIDTH; i++) chosen[first + i] = at[i];
  }
}

APPORTION_VECTORIZED
void ck_response_backup(const float *restrict next_value, const float *restrict next_spend,
                        const float *restrict prices, size_t price_count, const ck_stock_levels *levels, size_t nodes,
                        float weight, float *restrict value, float *restrict spend) {
  for (size_t node = 0; node < nodes; node++) {
    float *best = value + node * price_count, *spent = spend + node * price_count;
    for (size_t level = 0; level < levels->count; level++) {
      const size_t entry = node * levels->count + level;
      const float gain = weight * levels->saturation[entry], cost = levels->spend[level];
      const float fraction = levels->fraction[entry];
      const size_t low = (size_t)levels->cell[entry] * price_count;
      const float *value_below = next_value + low, *value_above = value_below + price_count;
      const float *spend_below = next_spend + low, *spend_above = spend_below + price_count;
      for (size_t i = 0; i < price_count; i++) {
        const float later = value_below[i] + fraction * (value_above[i] - value_below[i]);
        const float total = gain - prices[i] * cost + later;
        const float money = cost + spend_below[i] + fraction * (spend_above[i] - spend_below[i]);
        const int better = level == 0 || total > best[i];
        best[i] = better ? total : best[i];
        spent[i] = better ? money : spent[i];
      }
    }
  }
}

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
