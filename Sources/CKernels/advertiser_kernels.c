#include "advertiser_kernels.h"

#include "target_clones.h"
#include "vector_chunk.h"

/// Lanes whose columns stay in the first-level cache, and the columns of a channel, made up to a chunk.
enum { stripLanes = 128, columnCount = 11 };

// Arrays are arguments, not fields of a structure, so that the compiler may know them apart and work on many lanes at
// once.
APPORTION_VECTORIZED
static void sum_wins(const float *restrict levels, const float *restrict wins, const float *restrict expectations,
                     float season, const float *restrict unhindered, float *restrict win_sum,
                     float *restrict expected_win_sum, float *restrict expected_spend_sum, size_t lanes) {
  int32_t level[stripLanes];
  float rate[stripLanes], cost[stripLanes];
  for (size_t i = 0; i < lanes; i++) level[i] = (int32_t)levels[i];
  for (size_t i = lanes; i % chunkLanes; i++) level[i] = 0;
  for (size_t i = 0; i < lanes; i += chunkLanes) {
    f32x16 columns[4];
    read_rows(expectations, level + i, columns);
    memcpy(rate + i, columns, sizeof *columns);
    memcpy(cost + i, columns + 1, sizeof *columns);
  }
  for (size_t i = 0; i < lanes; i++) {
    win_sum[i] += wins[i];
    expected_win_sum[i] += unhindered[i] < 1 ? wins[i] : season * rate[i];
    expected_spend_sum[i] += wins[i] * cost[i];
  }
}

APPORTION_VECTORIZED
static void sum_outcomes(const float *restrict spend, const float *restrict clicks, const float *restrict outcome,
                         float *restrict spend_sum, float *restrict click_sum, float *restrict outcome_sum,
                         size_t lanes) {
  for (size_t i = 0; i < lanes; i++) {
    spend_sum[i] += spend[i];
    click_sum[i] += clicks[i];
    outcome_sum[i] += outcome[i];
  }
}

void ck_sum_auction_channel(ck_channel_results r, const float *expectations, float season, const float *unhindered,
                            size_t lanes) {
  for (size_t i = 0; i < lanes; i += stripLanes)
    sum_wins(r.level + i, r.wins + i, expectations, season, unhindered + i, r.win_sum + i, r.expected_win_sum + i,
             r.expected_spend_sum + i, lanes - i < stripLanes ? lanes - i : stripLanes);
  sum_outcomes(r.spend, r.clicks, r.outcome, r.spend_sum, r.click_sum, r.outcome_sum, lanes);
  if (r.due_click_sum != r.click_sum)
    for (size_t i = 0; i < lanes; i++) r.due_click_sum[i] += r.due_clicks[i];
}

// The log of (seen + counted) / (expected + counted): the mean of a gamma posterior, against that of its prior.
static inline float log_ratio(float seen, float expected, float counted) {
  return vm_log((seen + counted) / (expected + counted));
}

/// Writes a chunk of columns as rows of `columnCount` numbers: eight, then four of which the first is written anew.
static inline __attribute__((always_inline)) void write_rows(
    float *rows, size_t stride, const float columns[columnCount][stripLanes], size_t first) {
  f32x16 head[4], middle[4], tail[4];
#pragma clang loop unroll(full)
  for (int c = 0; c < 4; c++) {
    memcpy(&head[c], columns[c] + first, sizeof head[c]);
    memcpy(&middle[c], columns[c + 4] + first, sizeof middle[c]);
    memcpy(&tail[c], columns[c + columnCount - 4] + first, sizeof tail[c]);
  }
  transpose_quarters(head);
  transpose_quarters(middle);
  transpose_quarters(tail);
  // Quarter q of chunk i belongs to lane 4q + i.
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) {
    f32x16 left[2];
    pair_quarters(head + i, middle + i, left, left + 1);
#pragma clang loop unroll(full)
    for (int q = 0; q < 4; q++) {
      float *row = rows + (size_t)(4 * q + i) * stride;
      memcpy(row, (const float *)(left + q % 2) + q / 2 * 8, 8 * sizeof(float));
      memcpy(row + columnCount - 4, (const float *)(tail + i) + 4 * q, 4 * sizeof(float));
    }
  }
}

APPORTION_VECTORIZED
static void write_strip(float *restrict rows, size_t stride, size_t lanes, const float *restrict level,
                        const float *restrict wins, const float *restrict spend, const float *restrict clicks,
                        const float *restrict outcome,
                        const float *restrict carry_over, const float *restrict win_sum,
                        const float *restrict expected_win_sum, const float *restrict spend_sum,
                        const float *restrict expected_spend_sum, const float *restrict click_sum,
                        const float *restrict due_click_sum, const float *restrict outcome_sum, const ck_channel_scales *restrict s) {
  float columns[columnCount][stripLanes];
  for (size_t i = 0; i < lanes; i++) {
    columns[0][i] = level[i] * s->level_scale;
    columns[1][i] = wins[i] * s->win_scale;
    columns[2][i] = spend[i] / vm_max(wins[i], 1) * s->price_scale;
    columns[3][i] = clicks[i] * s->click_scale;
    columns[4][i] = outcome[i] * s->outcome_scale;
    columns[10][i] = carry_over[i] * s->carry_scale;
  }
  for (size_t i = 0; i < lanes; i++) {
    const float clicks_expected = win_sum[i] * s->click_rate;
    columns[5][i] = log_ratio(win_sum[i], expected_win_sum[i], s->wins_counted);
    columns[6][i] = log_ratio(spend_sum[i], expected_spend_sum[i], s->spend_counted);
    columns[7][i] = log_ratio(click_sum[i], clicks_expected, s->clicks_counted);
    columns[8][i] = log_ratio(outcome_sum[i], due_click_sum[i] * s->conversion_rate, s->outcomes_counted);
    columns[9][i] = clicks_expected / (clicks_expected + s->clicks_counted);
  }
  size_t i = 0;
  for (; i + chunkLanes <= lanes; i += chunkLanes) write_rows(rows + i * stride, stride, columns, i);
  if (i == lanes) return;
  float last[chunkLanes * columnCount];
  write_rows(last, columnCount, columns, i);
  for (size_t j = 0; i + j < lanes; j++)
    memcpy(rows + (i + j) * stride, last + j * columnCount, columnCount * sizeof(float));
}

void ck_write_auction_channel(float *rows, size_t stride, size_t lanes, ck_channel_results r, ck_channel_scales s) {
  for (size_t i = 0; i < lanes; i += stripLanes)
    write_strip(rows + i * stride, stride, lanes - i < stripLanes ? lanes - i : stripLanes, r.level + i, r.wins + i,
                r.spend + i, r.clicks + i, r.outcome + i, r.carry_over + i, r.win_sum + i, r.expected_win_sum + i,
                r.spend_sum + i, r.expected_spend_sum + i, r.click_sum + i, r.due_click_sum + i, r.outcome_sum + i, &s);
}
