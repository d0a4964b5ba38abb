#ifndef APPORTION_POLICY_H
#define APPORTION_POLICY_H

/// Acts with a policy file (docs/policy-format.md) in plain C99, for serving systems that are not Swift: copy this header
/// and apportion_policy.c into them; nothing but the C library is needed.
///
///     char error[200];
///     apportion_policy *policy = apportion_policy_open("policy.safetensors", error, sizeof error);
///     if (!policy) { fprintf(stderr, "%s\n", error); return 1; }
///     apportion_policy_act(policy, observation, NULL, NULL, levels);
///     apportion_policy_close(policy);

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A loaded policy. One thread at a time may act with it; open one for each thread.
typedef struct apportion_policy apportion_policy;

/// Loads a policy file. On failure returns NULL and writes one sentence to `error` (of `error_size` bytes).
apportion_policy *apportion_policy_open(const char *path, char *error, size_t error_size);

/// The same from the bytes of a file, which need not stay.
apportion_policy *apportion_policy_load(const void *bytes, size_t count, char *error, size_t error_size);

/// Frees a policy; NULL is allowed.
void apportion_policy_close(apportion_policy *policy);

/// The number of floats of an observation.
size_t apportion_policy_observation_size(const apportion_policy *policy);

/// The number of branches: one level is chosen in each.
size_t apportion_policy_branch_count(const apportion_policy *policy);

/// The number of levels of a branch.
size_t apportion_policy_branch_size(const apportion_policy *policy, size_t branch);

/// The number of levels over all branches.
size_t apportion_policy_choice_count(const apportion_policy *policy);

/// Chooses a level in every branch: the allowed one of the largest value, the first among equals. Allocates nothing.
///
/// observation: the raw observation.
/// mask: one byte per choice, branch after branch, 0 where a level is not allowed; NULL allows all.
/// q: where the value of every choice goes, in units of the market's objective; NULL if it is not wanted.
/// levels: where the chosen levels go, one per branch.
/// Returns 1, or 0 where the mask, or the one within the observation, allows no level of some branch.
int apportion_policy_act(
    apportion_policy *policy, const float *observation, const uint8_t *mask, float *q, int32_t *levels);

#ifdef __cplusplus
}
#endif

#endif
