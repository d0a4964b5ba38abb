#ifndef APPORTION_MARKET_KERNELS_H
#define APPORTION_MARKET_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// One tick of the market, one channel at a time, along lanes. Every array holds one float per lane, levels among them.
// The scalar reference is `ScalarMarket.swift` of the tests.

/// Every `stride`th level, as numbers: a channel's column of what a policy wrote. Returns whether all are of a ladder of
/// `size` levels, from 0 on.
int ck_column(const int32_t *levels, size_t stride, uint32_t size, float *column, size_t lanes);

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
/// variance exact, its shape normal. What a win can cost at most is added to one_more.
void ck_auction_offer(const ck_auction *auction, const float *levels, const float *price_log, const float *volume_log,
                      const float *win_uniform, const float *cost_normal, float *wins, float *cost, float *one_more,
                      size_t lanes);

/// Scales what all channels want to what may be spent, rounds each down to the money quantum, and never exceeds it.
///
/// wins and cost: channels × lanes, in and out; available: in, what may be spent; out, what is left of it. scratch: out,
/// the share of the cost that is kept. unhindered: out, 1 where more is left than one more win of every channel can cost,
/// one_more, and 0 where money may have stopped the tick: all that an advertiser can tell of it.
void ck_stop_at_money(float *wins, float *cost, float *available, float *scratch, const float *one_more,
                      float *unhindered, float quantum, size_t channels, size_t lanes);

/// clicks ~ Binomial(wins, click_rate · e^(response_log - strength · exposure)), conversions ~ Binomial(clicks,
/// conversion_rate · e^conversion_log), expected = wins · both rates.
///
/// clicks and conversions: in, the uniforms they are drawn by; out, the counts.
void ck_auction_outcome(const float *wins, const float *response_log, const float *conversion_log, float click_rate,
                        float conversion_rate, float strength, const float *exposure, float *clicks,
                        float *conversions, float *expected, float *scratch, size_t lanes);

/// exposure ← retention · exposure + wins / reach.
void ck_carry_exposure(const float *wins, float retention, float inverse_reach, float *exposure, size_t lanes);

/// What a response channel would spend: its level's amount of money.
void ck_response_offer(const float *spends, const float *levels, float *cost, size_t lanes);

/// expected = ceiling · e^response_log · stock^slope / (stock^slope + half^slope), slope and log half one per lane;
/// outcome = expected · exp(noise · normal - noise² / 2).
///
/// outcome: in, the normals; out, the outcomes.
void ck_response_outcome(const float *stock, const float *response_log, float ceiling, const float *log_half,
                         const float *slope, float noise, float *outcome, float *expected, size_t lanes);

#endif
