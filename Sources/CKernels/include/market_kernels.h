#ifndef APPORTION_MARKET_KERNELS_H
#define APPORTION_MARKET_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// One tick of the market, one channel at a time, along lanes. Every array holds one float per lane. Levels stand in
// [lane][branch] order, as a policy writes them, so they carry a stride. The scalar reference is
// `ScalarMarket.swift` of the tests.

/// state ← mean + persistence · (state - mean) + innovation · normal: one step of a Gaussian AR(1).
void ck_autoregress(float *state, const float *mean, const float *normal, float persistence, float innovation,
                    size_t lanes);

/// What an auction channel wins and would pay, before the budget stops it.
typedef struct {
  const float *landscape;  // 302 rows of 4: the share of auctions priced below the index, a 0, and their prices and
                           // squared prices summed per auction
  const float *bids;       // price steps, by level
  float volume;            // auctions this tick at factor 1
  float price_unit;        // money per price step and win
  int first_price;         // whether a winner pays its bid
} ck_auction;

/// wins ~ Poisson(volume · e^volume_log · F(bid · e^-price_log)); cost = the sum of the prices paid, its mean and
/// variance exact, its shape normal.
void ck_auction_offer(const ck_auction *auction, const int32_t *levels, size_t level_stride, const float *price_log,
                      const float *volume_log, const float *win_uniform, const float *cost_normal, float *wins,
                      float *cost, size_t lanes);

/// Scales what all channels want to what may be spent, rounds each down to the money quantum, and never exceeds it.
///
/// wins and cost: channels × lanes, in and out; available: in, what may be spent; out, what is left of it.
void ck_stop_at_money(float *wins, float *cost, float *available, float *scratch, float quantum, size_t channels,
                      size_t lanes);

/// clicks ~ Binomial(wins, click_rate · e^(response_log - strength · exposure)), conversions ~ Binomial(clicks,
/// conversion_rate · e^conversion_log), expected = wins · both rates; then exposure ← retention · exposure + wins / reach.
void ck_auction_outcome(const float *wins, const float *response_log, const float *conversion_log,
                        const float *click_uniform, const float *conversion_uniform, float click_rate,
                        float conversion_rate, float strength, float retention, float inverse_reach, float *exposure,
                        float *clicks, float *conversions, float *expected, float *scratch, size_t lanes);

/// What a response channel would spend: its level's amount of money.
void ck_response_offer(const float *spends, const int32_t *levels, size_t level_stride, float *cost, size_t lanes);

/// expected = ceiling · e^response_log · stock^slope / (stock^slope + half^slope), slope and log half one per lane;
/// outcome = expected · exp(noise · normal - noise² / 2).
void ck_response_outcome(const float *stock, const float *response_log, const float *noise_normal, float ceiling,
                         const float *log_half, const float *slope, float noise, float *outcome, float *expected,
                         size_t lanes);

/// What one channel's last tick showed its advertiser, and its sums over the episode; `levels` may be null at a start.
typedef struct {
  const int32_t *levels;
  size_t level_stride;
  const float *wins, *spend, *clicks, *outcome, *carry_over;
  float *win_sum, *expected_win_sum, *spend_sum, *expected_spend_sum, *click_sum, *outcome_sum;
} ck_channel_results;

/// Adds a tick of an auction channel to the sums. `win_rates` and `win_costs` hold, per level, the wins of a tick and the
/// money per win that the calibrated market leads one to expect. Where the budget stopped the tick (`kept_share` below
/// 1), wins say nothing of the market, and are themselves what was expected.
void ck_sum_auction_channel(ck_channel_results results, const float *win_rates, const float *win_costs, float season,
                            const float *kept_share, size_t lanes);

/// The scales that bring a channel's columns near 1, and how many observations the calibration counts for in each ratio.
typedef struct {
  float level_scale, win_scale, price_scale, click_scale, outcome_scale, carry_scale;
  float click_rate, conversion_rate;
  float wins_counted, spend_counted, clicks_counted, outcomes_counted;
} ck_channel_scales;

/// Writes the eleven columns of one auction channel into the lanes' observation rows, `stride` floats apart: five of the
/// last tick, four log ratios of what was seen to what was expected, the weight of the clicks seen, and carry-over.
void ck_write_auction_channel(float *rows, size_t stride, size_t lanes, ck_channel_results results,
                              ck_channel_scales scales);

#endif
