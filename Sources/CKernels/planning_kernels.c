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
float ck_spend_at(const float *restrict net_gain, const float *restrict cost, size_t groups, size_t stride,
                  float multiplier) {
  float total = 0;
  for (size_t g = 0; g < groups; g++) {
    const float *gains = net_gain + g * stride, *costs = cost + g * stride;
    float best[WIDTH], paid[WIDTH];
    for (size_t i = 0; i < WIDTH; i++) {
      best[i] = gains[i] - multiplier * costs[i];
      paid[i] = costs[i];
    }
    for (size_t first = WIDTH; first < stride; first += WIDTH)
      for (size_t i = 0; i < WIDTH; i++) {
        const float value = gains[first + i] - multiplier * costs[first + i];
        const int better = value > best[i];
        best[i] = better ? value : best[i];
        paid[i] = better ? costs[first + i] : paid[i];
      }
    for (size_t half = WIDTH / 2; half > 0; half /= 2)
      for (size_t i = 0; i < half; i++) {
        const int better = best[i + half] > best[i] || (best[i + half] == best[i] && paid[i + half] < paid[i]);
        best[i] = better ? best[i + half] : best[i];
        paid[i] = better ? paid[i + half] : paid[i];
      }
    total += paid[0];
  }
  return total;
}

APPORTION_VECTORIZED
float ck_levels_at(const float *restrict net_gain, const float *restrict cost, size_t groups, size_t stride,
                   float multiplier, int32_t *restrict levels) {
  float total = 0;
  for (size_t g = 0; g < groups; g++) {
    const float *gains = net_gain + g * stride, *costs = cost + g * stride;
    float best = gains[0] - multiplier * costs[0];
    int32_t level = 0;
    for (size_t i = 1; i < stride; i++) {
      const float value = gains[i] - multiplier * costs[i];
      if (value > best) {
        best = value;
        level = (int32_t)i;
      }
    }
    total += best;
    levels[g] = level;
  }
  return total;
}
