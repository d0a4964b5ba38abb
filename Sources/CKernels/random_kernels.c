#include "random_kernels.h"

#include "target_clones.h"
#include "vector_chunk.h"

// Philox lives in 64-bit lanes: the widening multiply ignores the upper halves of its factors, so the rubbish
// that the exclusive-ors leave there never needs to be cleared.
typedef uint64_t u64x16 __attribute__((ext_vector_type(16)));

static const uint32_t factors[2] = {0xD2511F53u, 0xCD9E8D57u}, steps[2] = {0x9E3779B9u, 0xBB67AE85u};
enum { rounds = 10 };

/// The rounds of 16 lanes from one round on, then the four words made uniforms: `out[16·word + lane]`. Vectors go by
/// address: by value, the call would depend on the target's registers.
static inline __attribute__((always_inline)) void philox_rounds(
    float *out, u64x16 c[4], uint32_t from, const uint32_t key[2]) {
  const u64x16 low = 0xffffffff;
#pragma clang loop unroll(full)
  for (uint32_t round = from; round < rounds; round++) {
    const u64x16 first = (c[0] & low) * factors[0];
    const u64x16 second = (c[2] & low) * factors[1];
    c[0] = (second >> 32) ^ c[1] ^ (uint64_t)(key[0] + round * steps[0]);
    c[1] = second;
    c[2] = (first >> 32) ^ c[3] ^ (uint64_t)(key[1] + round * steps[1]);
    c[3] = first;
  }
  for (int word = 0; word < 4; word++) {
    // The upper 23 bits as the fraction of a number in [1, 2); less 1 and half a cell.
    const u32x16 bits = __builtin_convertvector(c[word], u32x16) >> 9 | 0x3f800000;
    f32x16 uniforms;
    memcpy(&uniforms, &bits, sizeof uniforms);
    uniforms -= 1.0f - 0x1p-24f;
    memcpy(out + chunkLanes * word, &uniforms, sizeof uniforms);
  }
}

/// What the first two rounds of all lanes have in common, where only the last word of the counter differs: what that word
/// is masked with before the second round, and the words after it as far as they do not depend on it.
typedef struct {
  uint64_t mask, c0, c2, c3;
} common_rounds;

static inline common_rounds first_rounds(uint32_t c0, uint32_t c1, uint32_t c2, const uint32_t key[2]) {
  const uint64_t first = (uint64_t)c0 * factors[0], second = (uint64_t)c2 * factors[1];
  const uint32_t next = (uint32_t)(second >> 32) ^ c1 ^ key[0];
  const uint64_t product = (uint64_t)next * factors[0];
  return (common_rounds){
    .mask = (first >> 32) ^ key[1],
    .c0 = (uint32_t)second ^ (key[0] + steps[0]),
    .c2 = (uint32_t)(product >> 32) ^ (uint32_t)first ^ (key[1] + steps[1]),
    .c3 = (uint32_t)product,
  };
}

/// The words of 16 lanes whose counters end in their numbers, made uniforms.
static inline __attribute__((always_inline)) void philox_lanes(
    float *out, const common_rounds *common, const u64x16 *lane, const uint32_t key[2]) {
  const u64x16 second = ((*lane ^ common->mask) & 0xffffffff) * factors[1];
  u64x16 c[4] = {(second >> 32) ^ common->c0, second, common->c2, common->c3};
  philox_rounds(out, c, 2, key);
}

APPORTION_VECTORIZED void ck_philox_uniforms(
    float *out, size_t lanes, uint32_t blocks, const uint32_t counter[3], uint32_t firstLane,
    const uint32_t key[2]) {
  const u64x16 numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  float chunk[4 * chunkLanes];
  for (uint32_t block = 0; block < blocks; block++) {
    float *rows = out + (size_t)block * 4 * lanes;
    const common_rounds common = first_rounds(counter[0] + block, counter[1], counter[2], key);
    size_t lane = 0;
    for (; lane + chunkLanes <= lanes; lane += chunkLanes) {
      const u64x16 own = (uint64_t)(firstLane + (uint32_t)lane) + numbers;
      philox_lanes(chunk, &common, &own, key);
      for (int word = 0; word < 4; word++)
        memcpy(rows + word * lanes + lane, chunk + word * chunkLanes, chunkLanes * sizeof(float));
    }
    if (lane == lanes) continue;
    const u64x16 own = (uint64_t)(firstLane + (uint32_t)lane) + numbers;
    philox_lanes(chunk, &common, &own, key);
    for (int word = 0; word < 4; word++)
      memcpy(rows + word * lanes + lane, chunk + word * chunkLanes, (lanes - lane) * sizeof(float));
  }
}

APPORTION_VECTORIZED void ck_philox_scattered_uniforms(
    float *out, size_t count, const uint32_t *blocks, uint32_t purpose, const uint32_t *lanes,
    const uint32_t key[2]) {
  float chunk[4 * chunkLanes];
  for (size_t first = 0; first < count; first += chunkLanes) {
    const size_t some = count - first < chunkLanes ? count - first : chunkLanes;
    u32x16 block = 0, lane = 0;
    memcpy(&block, blocks + first, some * sizeof(uint32_t));
    memcpy(&lane, lanes + first, some * sizeof(uint32_t));
    u64x16 c[4] = {__builtin_convertvector(block, u64x16), 0, (uint64_t)purpose, __builtin_convertvector(lane, u64x16)};
    philox_rounds(chunk, c, 0, key);
    for (int word = 0; word < 4; word++)
      memcpy(out + word * count + first, chunk + word * chunkLanes, some * sizeof(float));
  }
}

APPORTION_VECTORIZED void ck_normal_quantiles(const float *u, float *out, size_t n) {
  // Centres first and tails after, so that the branch, which no processor foresees, holds up nothing.
  enum { stripLanes = 8 * chunkLanes };
  float depth[stripLanes], scale[stripLanes];
  size_t first = 0;
  for (; first + stripLanes <= n; first += stripLanes) {
    for (size_t i = 0; i < stripLanes; i++) {
      depth[i] = vm_quantile_depth(u[first + i]);
      scale[i] = vm_quantile_scale(u[first + i]);
    }
    for (size_t i = 0; i < stripLanes; i++) out[first + i] = scale[i] * vm_quantile_centre(depth[i]);
    for (size_t i = 0; i < stripLanes; i += chunkLanes) vm_correct_tails(depth + i, scale + i, out + first + i);
  }
  for (; first < n; first++) out[first] = vm_normal_quantile(u[first]);
}
