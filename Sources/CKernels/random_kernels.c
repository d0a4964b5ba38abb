#include "random_kernels.h"

#include "target_clones.h"
#include "vector_chunk.h"

// Philox lives in 64-bit lanes: the widening multiply ignores the upper halves of its factors, so the rubbish
// that the exclusive-ors leave there never needs to be cleared.
typedef uint64_t u64x16 __attribute__((ext_vector_type(16)));

/// The four words of 16 lanes, made uniforms: `out[16·word + lane]`. Vectors go by address: by value, the call would
/// depend on the target's registers.
static inline __attribute__((always_inline)) void philox_chunk(
    float *out, const u64x16 *c0, uint32_t c1, uint32_t c2, const u64x16 *lane, const uint32_t key[2]) {
  const u64x16 low = 0xffffffff;
  u64x16 c[4] = {*c0, (uint64_t)c1, (uint64_t)c2, *lane};
#pragma clang loop unroll(full)
  for (uint32_t round = 0; round < 10; round++) {
    const u64x16 first = (c[0] & low) * 0xD2511F53u;
    const u64x16 second = (c[2] & low) * 0xCD9E8D57u;
    c[0] = (second >> 32) ^ c[1] ^ (uint64_t)(key[0] + round * 0x9E3779B9u);
    c[1] = second;
    c[2] = (first >> 32) ^ c[3] ^ (uint64_t)(key[1] + round * 0xBB67AE85u);
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

APPORTION_VECTORIZED void ck_philox_uniforms(
    float *out, size_t lanes, uint32_t blocks, const uint32_t counter[3], uint32_t firstLane,
    const uint32_t key[2]) {
  const u64x16 steps = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  float chunk[4 * chunkLanes];
  for (uint32_t block = 0; block < blocks; block++) {
    float *rows = out + (size_t)block * 4 * lanes;
    const u64x16 c0 = (uint64_t)(counter[0] + block);
    size_t lane = 0;
    for (; lane + chunkLanes <= lanes; lane += chunkLanes) {
      const u64x16 numbers = (uint64_t)(firstLane + (uint32_t)lane) + steps;
      philox_chunk(chunk, &c0, counter[1], counter[2], &numbers, key);
      for (int word = 0; word < 4; word++)
        memcpy(rows + word * lanes + lane, chunk + word * chunkLanes, chunkLanes * sizeof(float));
    }
    if (lane == lanes) continue;
    const u64x16 numbers = (uint64_t)(firstLane + (uint32_t)lane) + steps;
    philox_chunk(chunk, &c0, counter[1], counter[2], &numbers, key);
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
    const u64x16 c0 = __builtin_convertvector(block, u64x16), numbers = __builtin_convertvector(lane, u64x16);
    philox_chunk(chunk, &c0, 0, purpose, &numbers, key);
    for (int word = 0; word < 4; word++)
      memcpy(out + word * count + first, chunk + word * chunkLanes, some * sizeof(float));
  }
}

APPORTION_VECTORIZED void ck_normal_quantiles(const float *u, float *out, size_t n) {
  size_t i = 0;
  for (; i + chunkLanes <= n; i += chunkLanes) vm_normal_quantiles(u + i, out + i);
  for (; i < n; i++) out[i] = vm_normal_quantile(u[i]);
}
