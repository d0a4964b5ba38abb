// Runs a campaign's day against a small fake console, and prints what it showed as a history that `apportion decide` reads.
//
//     swift build -c release --product ApportionC
//     cc Sources/ApportionC/example/day.c -ISources/ApportionC/include -L.build/release -lApportionC -lm -o day
//     LD_LIBRARY_PATH=.build/release ./day runs/first > today.csv
//
// Half-way the campaign is saved, closed, opened again and loaded, as after a restart of the host.

#include <apportion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static char error[APPORTION_ERROR_SIZE];

static void check(apportion_status status) {
  if (status == APPORTION_OK) return;
  fprintf(stderr, "%s\n", error);
  exit(1);
}

static apportion_campaign *open_campaign(const char *path) {
  apportion_campaign *campaign = apportion_campaign_open(path, 0, error, sizeof error);
  check(campaign ? APPORTION_OK : APPORTION_INVALID);
  return campaign;
}

// What a platform would have shown: about what is expected, and never more money than the limit.
static apportion_channel_results console(int has_auctions, apportion_channel_decision channel, int64_t tick) {
  apportion_channel_results shown = {channel.bid, 0, 0, 0, 0};
  if (!has_auctions) {
    shown.spend = channel.bid;
    shown.conversions = channel.expected_outcome * (0.9 + 0.02 * (double)(tick % 11));
  } else if (channel.bid > 0) {
    const double price = 0.7 * channel.bid;
    shown.wins = floor(fmin(channel.expected_spend * (0.8 + 0.05 * (double)(tick % 7)), channel.spend_limit) / price);
    shown.spend = shown.wins * price;
    shown.clicks = floor(shown.wins / 500);
    shown.conversions = floor(shown.clicks / 8);
  }
  return shown;
}

static apportion_campaign *restarted(apportion_campaign *campaign, const char *path) {
  size_t count = 0, saved = 0;
  apportion_campaign_save(campaign, NULL, 0, &count, error, sizeof error);
  void *bytes = malloc(count);
  if (!bytes) exit(1);
  check(apportion_campaign_save(campaign, bytes, count, &saved, error, sizeof error));
  apportion_campaign_close(campaign);
  apportion_campaign *again = open_campaign(path);
  check(apportion_campaign_load(again, bytes, saved, error, sizeof error));
  free(bytes);
  return again;
}

int main(int count, char **arguments) {
  if (count != 2) return fprintf(stderr, "usage: day RUN\n"), 1;
  apportion_campaign *campaign = open_campaign(arguments[1]);
  const size_t channels = apportion_campaign_channel_count(campaign);
  const int64_t ticks = apportion_campaign_tick_count(campaign);
  apportion_channel_decision *bids = calloc(channels, sizeof *bids);
  apportion_channel_results *results = calloc(channels, sizeof *results);
  if (!bids || !results) return 1;
  apportion_decision decision;
  printf("tick,channel,level,bid,wins,spend,clicks,conversions\n");
  for (;;) {
    check(apportion_campaign_decide(campaign, &decision, bids, channels, error, sizeof error));
    if (decision.tick < 0) break;
    for (size_t i = 0; i < channels; i++) {
      const apportion_channel_results r = results[i] =
          console(apportion_campaign_has_auctions(campaign, i), bids[i], decision.tick);
      printf("%lld,%s,%lld,%.17g,%.17g,%.17g,%.17g,%.17g\n", (long long)decision.tick,
             apportion_campaign_channel_name(campaign, i), (long long)bids[i].level, r.bid, r.wins, r.spend, r.clicks,
             r.conversions);
    }
    check(apportion_campaign_observe(campaign, decision.tick, results, channels, error, sizeof error));
    if (decision.tick == ticks / 2) campaign = restarted(campaign, arguments[1]);
  }
  apportion_campaign_close(campaign);
  free(bids);
  free(results);
  return 0;
}
