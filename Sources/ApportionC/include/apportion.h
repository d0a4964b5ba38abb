#ifndef APPORTION_H
#define APPORTION_H

/// Runs campaigns from C, and from whatever can call C: console in, bids out (docs/running-a-campaign.md).
///
///     swift build -c release --product ApportionC        # makes .build/release/libApportionC.so
///     cc day.c -I Sources/ApportionC/include -L .build/release -lApportionC
///
///     char error[APPORTION_ERROR_SIZE];
///     apportion_campaign *campaign = apportion_campaign_open("runs/first", 0, error, sizeof error);
///     if (!campaign) { fprintf(stderr, "%s\n", error); return 1; }
///     while (apportion_campaign_decide(campaign, &decision, bids, channels, error, sizeof error) == APPORTION_OK
///            && decision.tick >= 0) {
///       …                                                   // bid; half an hour later, ask the console
///       apportion_campaign_observe(campaign, decision.tick, results, channels, error, sizeof error);
///     }
///     apportion_campaign_close(campaign);
///
/// No input traps: what makes no sense is refused with a status and a sentence, and the campaign stays as it was. Only a
/// pointer that is neither NULL nor of enough memory, or a campaign that was closed, cannot be told from a good one.
/// Any thread may use a campaign; calls wait for each other. `error` takes a sentence of at most `error_size` bytes, its
/// end included, where a call fails; it may be NULL.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// How many bytes the sentences of errors need; longer ones are cut.
#define APPORTION_ERROR_SIZE 1024

/// A running campaign.
typedef struct apportion_campaign apportion_campaign;

/// How a call went.
typedef int32_t apportion_status;
enum {
  /// Done.
  APPORTION_OK = 0,
  /// An argument makes no sense: NULL, a wrong count, no number, results that cannot be.
  APPORTION_INVALID = 1,
  /// The results are not those of the tick that is due, or the campaign is over.
  APPORTION_OUT_OF_TURN = 2,
  /// The state is damaged, or of a campaign of another market or policy.
  APPORTION_UNFIT = 3,
  /// The buffer is too small; `count` says how much is needed.
  APPORTION_TOO_SMALL = 4
};

/// What is remarkable about a decision: bits of `flags`.
enum {
  /// The policy's values were no numbers: the plan's bids are played.
  APPORTION_NOT_FINITE = 1,
  /// What the policy sees lies far outside its training: the plan's bids are played.
  APPORTION_FAR_FROM_TRAINING = 2,
  /// The bids are expected to cost more than there is: keep to the spend limits.
  APPORTION_LIMITED_BY_MONEY = 4,
  /// A channel is paused.
  APPORTION_PAUSED = 8,
  /// Earlier ticks spent more than there was: nothing is bid.
  APPORTION_OVERSPENT = 16
};

/// What to do in a tick. Money is in the market's currency.
typedef struct {
  /// The tick to play, from 0; -1 once the campaign is over, and the other fields are 0.
  int64_t tick;
  /// The money left before it.
  double budget_left;
  /// The objective that one more unit of money would bring.
  double money_price;
  /// APPORTION_NOT_FINITE and so on.
  uint32_t flags;
} apportion_decision;

/// What one channel should do.
typedef struct {
  /// The level on the ladder, from 0.
  int64_t level;
  /// What to bid for one auction, or to spend in the tick (response channels); 0 for off.
  double bid;
  /// The most that the channel may spend in the tick; over all channels no more than there is.
  double spend_limit;
  /// The spend and the conversions (or the response channel's outcome) that are expected.
  double expected_spend, expected_outcome;
} apportion_channel_decision;

/// What the console shows of one channel's tick.
typedef struct {
  /// What was really bid, or spent (response channels), on the ladder or off it; 0 for off.
  double bid;
  /// Auctions won; 0 for response channels.
  double wins;
  /// Money spent.
  double spend;
  /// Clicks; 0 for response channels.
  double clicks;
  /// Conversions; of a response channel, its outcome.
  double conversions;
} apportion_channel_results;

/// Begins a campaign.
///
/// path: a run's folder, one of its checkpoints, or the folder of a version in a model repository, `models/bids/1`.
/// budget: the money to spend; 0 for the market's budget.
/// Returns NULL where there is no such policy or market, or no such budget. Takes some tenths of a second.
apportion_campaign *apportion_campaign_open(const char *path, double budget, char *error, size_t error_size);

/// Frees a campaign; NULL is allowed. Its state is lost where it was not saved.
void apportion_campaign_close(apportion_campaign *campaign);

/// The number of channels; 0 for NULL.
size_t apportion_campaign_channel_count(const apportion_campaign *campaign);

/// The name of a channel, in the order of all arrays, valid until the campaign is closed; NULL where there is none.
const char *apportion_campaign_channel_name(const apportion_campaign *campaign, size_t channel);

/// 1 where a channel bids in auctions; 0 for a response channel, whose bid is what it spends, and where there is no channel.
int32_t apportion_campaign_has_auctions(const apportion_campaign *campaign, size_t channel);

/// The number of ticks, extensions included; 0 for NULL.
int64_t apportion_campaign_tick_count(const apportion_campaign *campaign);

/// Writes what to do in the next tick; asked again, the answer is the same.
///
/// channels: where the channels' decisions go, `count` of them: the number of channels; untouched once the campaign is over.
apportion_status apportion_campaign_decide(
    const apportion_campaign *campaign, apportion_decision *decision, apportion_channel_decision *channels,
    size_t count, char *error, size_t error_size);

/// Takes in what the tick that is due showed, `count` channels of it, and plans the next.
apportion_status apportion_campaign_observe(
    apportion_campaign *campaign, int64_t tick, const apportion_channel_results *channels, size_t count,
    char *error, size_t error_size);

/// Changes the total to spend, what was spent already included.
apportion_status apportion_campaign_set_budget(
    apportion_campaign *campaign, double budget, char *error, size_t error_size);

/// Pauses the channels whose byte is not 0, and resumes the others.
apportion_status apportion_campaign_set_paused(
    apportion_campaign *campaign, const uint8_t *paused, size_t count, char *error, size_t error_size);

/// Adds `count` ticks behind the last, of this relative traffic (1 for a mean tick).
apportion_status apportion_campaign_extend(
    apportion_campaign *campaign, const double *traffic, size_t count, char *error, size_t error_size);

/// Writes the state, some ten kilobytes of JSON, to keep in a file or a database.
///
/// bytes: where it goes, `capacity` bytes; NULL with 0 asks how many are needed.
/// count: how many bytes the state has.
apportion_status apportion_campaign_save(
    const apportion_campaign *campaign, void *bytes, size_t capacity, size_t *count, char *error,
    size_t error_size);

/// Goes on from a saved state, of a campaign of the same market and policy; what the campaign was before is lost.
apportion_status apportion_campaign_load(
    apportion_campaign *campaign, const void *bytes, size_t count, char *error, size_t error_size);

#ifdef __cplusplus
}
#endif

#endif
