#ifndef APPORTION_ADVERTISER_KERNELS_H
#define APPORTION_ADVERTISER_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// What an advertiser's console shows of one channel, along lanes. Every array holds one float per lane.

/// What one channel's last tick showed its advertiser, and its sums over the episode. Due clicks are those whose conversions
/// should be reported; where consoles are never late they are the clicks, and so is their sum.
typedef struct {
  const float *level, *wins, *spend, *clicks, *due_clicks, *outcome, *carry_over;
  float *win_sum, *expected_win_sum, *spend_sum, *expected_spend_sum, *click_sum, *due_click_sum, *outcome_sum;
} ck_channel_results;

/// Adds a tick of an auction channel to the sums. `expectations` has a row of four numbers per level: the wins of a tick
/// and the money per win that the calibrated market leads one to expect, and two zeros. Where the budget stopped the tick
/// (`unhindered` below 1), wins say nothing of the market, and are themselves what was expected.
void ck_sum_auction_channel(ck_channel_results results, const float *expectations, float season,
                            const float *unhindered, size_t lanes);

/// The scales that bring a channel's columns near 1, and how many observations the calibration counts for in each ratio.
typedef struct {
  float level_scale, win_scale, price_scale, click_scale, outcome_scale, carry_scale;
  float click_rate, conversion_rate;
  float wins_counted, spend_counted, clicks_counted, outcomes_counted;
} ck_channel_scales;

/// Writes the eleven columns of one auction channel into the lanes' observation rows, `stride` floats apart: five of the
/// last tick, four logs of (seen + counted) / (expected + counted), the mean of a gamma posterior against that of its
/// prior, then the weight of the clicks seen, and carry-over.
void ck_write_auction_channel(float *rows, size_t stride, size_t lanes, ck_channel_results results,
                              ck_channel_scales scales);

#endif
