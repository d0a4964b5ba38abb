#include "market_kernels.h"

#include "random_kernels.h"
#include "target_clones.h"
#include "vector_chunk.h"

#define LAST_PRICE 300

/// Whether all numbers lie in [0, size).
APPORTION_VECTORIZED
static int all_below(const float *restrict numbers, float size, size_t count) {
  int outside = 0;
  for (size_t i = 0; i < count; i++) outside |= (numbers[i] < 0) | !(numbers[i] < size);
  return !outside;
}

// Two passes take 0.34 ns a level, one that also compares 0.52.
int ck_column(const int32_t *restrict levels, size_t stride, uint32_t size, float *restrict column, size_t lanes) {
  for (size_t i = 0; i < lanes; i++, levels += stride) column[i] = (float)*levels;
  return all_below(column, (float)size, lanes);
}

APPORTION_VECTORIZED
void ck_autoregress(float *restrict state, const float *restrict mean, const float *restrict normal, float persistence,
                    float innovation, size_t lanes) {
  for (size_t i = 0; i < lanes; i++)
    state[i] = mean[i] + persistence * (state[i] - mean[i]) + innovation * normal[i];
}

/// Lanes whose intermediate values stay in the first-level cache.
enum { stripLanes = 128 };

/// What the lanes of a strip bid, and what winning one auction would cost them.
typedef struct {
  float bid[stripLanes];        // price steps
  float mean_wins[stripLanes];  // auctions won
  float price[stripLanes];      // mean price of a win
  float variance[stripLanes];   // of the price of a win
} offers;

APPORTION_VECTORIZED
static void read_landscape(const ck_auction *auction, const float *restrict levels, const float *restrict price_log,
                           const float *restrict volume_log, offers *restrict out, size_t lanes) {
  const float *landscape = auction->landscape, *bids = auction->bids;
  const float volume = auction->volume;
  float scale[stripLanes], fraction[stripLanes], won[stripLanes], paid[stripLanes], squares[stripLanes];
  int32_t cell[stripLanes];
  for (size_t i = 0; i < lanes; i++) out->bid[i] = bids[(int32_t)levels[i]];
  for (size_t i = 0; i < lanes; i++) {
    scale[i] = vm_exp(price_log[i]);
    const float bid = vm_min(out->bid[i] / scale[i], (float)LAST_PRICE);
    cell[i] = (int32_t)bid;
    fraction[i] = bid - (float)cell[i];
  }
  for (size_t i = lanes; i % chunkLanes; i++) cell[i] = 0, fraction[i] = 0;
  for (size_t i = 0; i < lanes; i += chunkLanes) {
    f32x16 low[4], high[4], part;
    read_rows(landscape, cell + i, low);
    read_rows(landscape + 4, cell + i, high);
    memcpy(&part, fraction + i, sizeof part);
    for (int c = 0; c < 4; c++) low[c] += part * (high[c] - low[c]);
    memcpy(won + i, low, sizeof *low);
    memcpy(paid + i, low + 2, sizeof *low);
    memcpy(squares + i, low + 3, sizeof *low);
  }
  for (size_t i = 0; i < lanes; i++) {
    const float per_win = won[i] > 0 ? scale[i] / won[i] : 0;
    const float price = per_win * paid[i];
    out->mean_wins[i] = volume * vm_exp(volume_log[i]) * won[i];
    out->price[i] = price;
    out->variance[i] = vm_max(per_win * scale[i] * squares[i] - price * price, 0);
  }
}

// What the wins cost together.
APPORTION_VECTORIZED
static void second_price_cost(const offers *restrict offered, float unit, const float *restrict normal,
                              const float *restrict wins, float *restrict cost, size_t lanes) {
  for (size_t i = 0; i < lanes; i++) {
    const float mean = offered->price[i];
    const float deviation = vm_sqrt(wins[i] * offered->variance[i]) * normal[i];
    // Between nothing and the bid, cut alike on both sides, so that the mean stays exact however few the wins.
    const float limit = wins[i] * vm_min(mean, vm_max(offered->bid[i] - mean, 0));
    cost[i] = unit * (wins[i] * mean + vm_max(vm_min(deviation, limit), -limit));
  }
}

APPORTION_VECTORIZED
static void first_price_cost(const offers *restrict offered, float unit, const float *restrict wins,
                             float *restrict cost, size_t lanes) {
  for (size_t i = 0; i < lanes; i++) cost[i] = unit * wins[i] * offered->bid[i];
}

// What one more win costs at most.
APPORTION_VECTORIZED
static void add_highest_price(const offers *restrict offered, float unit, float *restrict one_more, size_t lanes) {
  for (size_t i = 0; i < lanes; i++) {
    // A statement of its own, so that it is rounded as a campaign rounds it and not fused with the sum.
    const float price = unit * offered->bid[i];
    one_more[i] += price;
  }
}

void ck_auction_offer(const ck_auction *auction, const float *levels, const float *price_log, const float *volume_log,
                      const float *win_uniform, const float *cost_normal, float *wins, float *cost, float *one_more,
                      size_t lanes) {
  offers offered;
  for (size_t i = 0; i < lanes; i += stripLanes) {
    const size_t count = lanes - i < stripLanes ? lanes - i : stripLanes;
    read_landscape(auction, levels + i, price_log + i, volume_log + i, &offered, count);
    ck_poisson_quantiles(offered.mean_wins, win_uniform + i, wins + i, count);
    if (auction->first_price)
      first_price_cost(&offered, auction->price_unit, wins + i, cost + i, count);
    else
      second_price_cost(&offered, auction->price_unit, cost_normal + i, wins + i, cost + i, count);
    add_highest_price(&offered, auction->price_unit, one_more + i, count);
  }
}

APPORTION_VECTORIZED
void ck_stop_at_money(float *restrict wins, float *restrict cost, float *restrict available, float *restrict scratch,
                      const float *restrict one_more, float *restrict unhindered, float quantum, size_t channels,
                      size_t lanes) {
  const float inverse_quantum = 1 / quantum;
  for (size_t i = 0; i < lanes; i++) scratch[i] = 0;
  for (size_t k = 0; k < channels; k++)
    for (size_t i = 0; i < lanes; i++) scratch[i] += cost[k * lanes + i];
  for (size_t i = 0; i < lanes; i++) scratch[i] = scratch[i] > available[i] ? available[i] / scratch[i] : 1;
  for (size_t k = 0; k < channels; k++) {
    float *w = wins + k * lanes, *c = cost + k * lanes;
    for (size_t i = 0; i < lanes; i++) {
      const float share = scratch[i];
      const float kept = share < 1 ? __builtin_floorf(w[i] * share) : w[i];
      // A channel that counts wins pays for those it keeps; one that only spends is cut in proportion.
      const float paid = share < 1 ? (w[i] > 0 ? c[i] * (kept / w[i]) : c[i] * share) : c[i];
      const float rounded = vm_min(__builtin_floorf(paid * inverse_quantum) * quantum, available[i]);
      w[i] = kept;
      c[i] = rounded;
      available[i] -= rounded;
    }
  }
  for (size_t i = 0; i < lanes; i++) unhindered[i] = available[i] > one_more[i];
}

APPORTION_VECTORIZED
static void click_rates(const float *restrict response_log, const float *restrict exposure, float click_rate,
                        float strength, float *restrict rate, size_t lanes) {
  for (size_t i = 0; i < lanes; i++)
    rate[i] = vm_min(click_rate * vm_exp(response_log[i] - strength * exposure[i]), 1);
}

APPORTION_VECTORIZED
static void conversion_rates(const float *restrict wins, const float *restrict conversion_log, float conversion_rate,
                             float *restrict rate, float *restrict expected, size_t lanes) {
  for (size_t i = 0; i < lanes; i++) {
    const float conversion = vm_min(conversion_rate * vm_exp(conversion_log[i]), 1);
    expected[i] = wins[i] * rate[i] * conversion;
    rate[i] = conversion;
  }
}

APPORTION_VECTORIZED
void ck_carry_exposure(const float *restrict wins, float retention, float inverse_reach, float *restrict exposure,
                       size_t lanes) {
  for (size_t i = 0; i < lanes; i++) exposure[i] = retention * exposure[i] + wins[i] * inverse_reach;
}

void ck_auction_outcome(const float *wins, const float *response_log, const float *conversion_log, float click_rate,
                        float conversion_rate, float strength, const float *exposure, float *clicks,
                        float *conversions, float *expected, float *scratch, size_t lanes) {
  click_rates(response_log, exposure, click_rate, strength, scratch, lanes);
  ck_binomial_quantiles(wins, scratch, clicks, clicks, lanes);
  conversion_rates(wins, conversion_log, conversion_rate, scratch, expected, lanes);
  ck_binomial_quantiles(clicks, scratch, conversions, conversions, lanes);
}

void ck_response_offer(const float *spends, const float *levels, float *cost, size_t lanes) {
  for (size_t i = 0; i < lanes; i++) cost[i] = spends[(int32_t)levels[i]];
}

APPORTION_VECTORIZED
void ck_response_outcome(const float *restrict stock, const float *restrict response_log, float ceiling,
                         const float *restrict log_half, const float *restrict slope, float noise,
                         float *restrict outcome, float *restrict expected, size_t lanes) {
  for (size_t i = 0; i < lanes; i++) {
    const float log_ratio = slope[i] * (log_half[i] - vm_log(vm_max(stock[i], 1e-30f)));
    const float saturation = stock[i] > 0 ? 1 / (1 + vm_exp(vm_min(log_ratio, 80))) : 0;
    expected[i] = ceiling * vm_exp(response_log[i]) * saturation;
    outcome[i] = expected[i] * vm_exp(noise * outcome[i] - 0.5f * noise * noise);
  }
}
