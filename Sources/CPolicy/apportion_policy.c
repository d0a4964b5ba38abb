#include "apportion_policy.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The file is read as docs/policy-format.md describes it, on little-endian machines. Everything read is checked against
// the bytes there are, so that a damaged file is refused.

typedef struct {
  size_t inputs, outputs;
  const float *weights, *biases;
} layer;

struct apportion_policy {
  float *data;  // The tensors' bytes, aligned.
  size_t data_size;
  size_t observation_size, branch_count, choice_count, layer_count;
  size_t *branch_sizes;
  layer *layers;  // The trunk's.
  layer value, advantage;
  const float *mean, *deviation, *prior_scale, *prior_offset;
  size_t prior_start, mask_start;
  int has_mask;
  float reward_scale, limit;
  float *input, *hidden[2], *values;  // Room to act in.
};

// ---- The header's JSON

typedef struct {
  const char *at, *end;
} cursor;

static void skip_space(cursor *c) {
  while (c->at < c->end && (*c->at == ' ' || *c->at == '\n' || *c->at == '\r' || *c->at == '\t')) c->at++;
}

static int take(cursor *c, char character) {
  skip_space(c);
  if (c->at >= c->end || *c->at != character) return 0;
  c->at++;
  return 1;
}

/// Reads a string, escapes undone; what does not fit in `text` is cut off. \u escapes, which no key or number of a policy
/// needs, become '?'.
static int take_string(cursor *c, char *text, size_t size) {
  size_t length = 0;
  if (!take(c, '"')) return 0;
  while (c->at < c->end && *c->at != '"') {
    char character = *c->at++;
    if (character == '\\') {
      if (c->at >= c->end) return 0;
      character = *c->at++;
      if (character == 'n') character = '\n';
      if (character == 't') character = '\t';
      if (character == 'u') {
        if (c->end - c->at < 4) return 0;
        c->at += 4;
        character = '?';
      }
    }
    if (length + 1 < size) text[length++] = character;
  }
  if (size > 0) text[length] = 0;
  return take(c, '"');
}

/// Reads a whole number.
static int take_size(cursor *c, size_t *value) {
  skip_space(c);
  if (c->at >= c->end || *c->at < '0' || *c->at > '9') return 0;
  for (*value = 0; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
    if (*value > (SIZE_MAX - 9) / 10) return 0;
    *value = *value * 10 + (size_t)(*c->at - '0');
  }
  return 1;
}

/// Skips a value of any kind.
static int skip_value(cursor *c) {
  int depth = 0;
  do {
    skip_space(c);
    if (c->at >= c->end) return 0;
    if (*c->at == '"') {
      if (!take_string(c, NULL, 0)) return 0;
    } else {
      if (*c->at == '{' || *c->at == '[') depth++;
      if (*c->at == '}' || *c->at == ']') depth--;
      if (depth < 0) return 0;
      c->at++;
    }
    if (depth > 0) continue;
    // A bare word or number ends where something else begins.
    while (c->at < c->end && (strchr("+-.", *c->at) || (*c->at >= '0' && *c->at <= '9') ||
                              (*c->at >= 'a' && *c->at <= 'z') || *c->at == 'E'))
      c->at++;
  } while (depth > 0);
  return 1;
}

/// Moves behind the key `name` of the object that begins here.
static int find_member(cursor *c, const char *name) {
  char key[256];
  if (!take(c, '{')) return 0;
  do {
    if (!take_string(c, key, sizeof key) || !take(c, ':')) return 0;
    if (strcmp(key, name) == 0) return 1;
    if (!skip_value(c)) return 0;
  } while (take(c, ','));
  return 0;
}

/// Reads a list of whole numbers; `values` may be NULL to count only.
static int take_sizes(cursor *c, size_t *values, size_t most, size_t *count) {
  *count = 0;
  if (!take(c, '[')) return 0;
  if (take(c, ']')) return 1;
  do {
    size_t value;
    if (!take_size(c, &value)) return 0;
    if (values && *count < most) values[*count] = value;
    (*count)++;
  } while (take(c, ','));
  return take(c, ']');
}

// ---- The tensors

/// The elements of a single-precision tensor of one or two dimensions, columns 1 for vectors; NULL where there is none.
static const float *find_tensor(
    const apportion_policy *p, cursor header, const char *name, size_t *rows, size_t *columns) {
  size_t shape[2] = {0, 1}, offsets[2], dimensions, bounds;
  char type[8];
  cursor entry, field;
  if (!find_member(&header, name)) return NULL;
  entry = header;
  field = entry;
  if (!find_member(&field, "dtype") || !take_string(&field, type, sizeof type) || strcmp(type, "F32")) return NULL;
  field = entry;
  if (!find_member(&field, "shape") || !take_sizes(&field, shape, 2, &dimensions)) return NULL;
  field = entry;
  if (!find_member(&field, "data_offsets") || !take_sizes(&field, offsets, 2, &bounds)) return NULL;
  if (dimensions < 1 || dimensions > 2 || bounds != 2 || offsets[0] % sizeof(float) != 0) return NULL;
  if (shape[0] == 0 || shape[1] == 0 || shape[0] > p->data_size || shape[1] > p->data_size / shape[0]) return NULL;
  if (offsets[0] > offsets[1] || offsets[1] > p->data_size) return NULL;
  if (offsets[1] - offsets[0] != shape[0] * shape[1] * sizeof(float)) return NULL;
  for (size_t i = 0; i < shape[0] * shape[1]; i++)
    if (!isfinite(p->data[offsets[0] / sizeof(float) + i])) return NULL;
  *rows = shape[0];
  *columns = shape[1];
  return p->data + offsets[0] / sizeof(float);
}

/// A vector of `count` elements; NULL where there is none.
static const float *find_vector(const apportion_policy *p, cursor header, const char *name, size_t count) {
  size_t rows, columns;
  const float *vector = find_tensor(p, header, name, &rows, &columns);
  return vector && rows == count && columns == 1 ? vector : NULL;
}

static int find_layer(const apportion_policy *p, cursor header, const char *name, size_t inputs, layer *found) {
  char full[64];
  snprintf(full, sizeof full, "%s.weight", name);
  found->weights = find_tensor(p, header, full, &found->outputs, &found->inputs);
  if (!found->weights || found->inputs != inputs) return 0;
  snprintf(full, sizeof full, "%s.bias", name);
  found->biases = find_vector(p, header, full, found->outputs);
  return found->biases != NULL;
}

static int take_number(cursor metadata, const char *name, float *number) {
  char text[64], *end;
  if (!find_member(&metadata, name) || !take_string(&metadata, text, sizeof text)) return 0;
  *number = strtof(text, &end);
  return *end == 0 && end != text && isfinite(*number) && *number > 0;
}

/// Reads branch sizes and prior out of the JSON text under `network`.
static int read_network(apportion_policy *p, cursor metadata, int *has_prior) {
  int fits = 0;
  const size_t most = (size_t)(metadata.end - metadata.at) + 1;
  char *text = malloc(most);
  if (text && find_member(&metadata, "network") && take_string(&metadata, text, most)) {
    const cursor network = {text, text + strlen(text)};
    cursor sizes = network, prior = network, mask = network;
    size_t count;
    *has_prior = find_member(&prior, "priorStart") && take_size(&prior, &p->prior_start);
    p->has_mask = find_member(&mask, "maskStart") && take_size(&mask, &p->mask_start);
    if (find_member(&sizes, "branchSizes")) {
      cursor again = sizes;
      if (take_sizes(&sizes, NULL, 0, &count) && count > 0 && (p->branch_sizes = calloc(count, sizeof(size_t)))) {
        fits = take_sizes(&again, p->branch_sizes, count, &p->branch_count);
        for (size_t k = 0; k < count; k++) {
          fits = fits && p->branch_sizes[k] > 0 && p->branch_sizes[k] <= (size_t)1 << 24;
          p->choice_count += fits ? p->branch_sizes[k] : 0;
        }
      }
    }
  }
  free(text);
  return fits;
}

/// Finds everything that acting needs; returns what is wrong, or NULL.
static const char *read_policy(apportion_policy *p, cursor header) {
  cursor metadata = header;
  char name[32], format[32];
  size_t width = 0, widest = 1, columns, previous;
  int has_prior = 0;
  layer next;
  if (!find_member(&metadata, "__metadata__")) return "it has no metadata";
  cursor text = metadata;
  if (!find_member(&text, "format") || !take_string(&text, format, sizeof format) ||
      strcmp(format, "apportion-policy/1"))
    return "it is no policy of format 1";
  if (!take_number(metadata, "reward_scale", &p->reward_scale) ||
      !take_number(metadata, "observation_limit", &p->limit) || !read_network(p, metadata, &has_prior))
    return "its metadata make no sense";

  p->mean = find_tensor(p, header, "observation.mean", &width, &columns);
  if (!p->mean || columns != 1) return "it has no normaliser";
  p->deviation = find_vector(p, header, "observation.deviation", width);
  if (!p->deviation) return "it has no normaliser";
  for (size_t i = 0; i < width; i++)
    if (!(p->deviation[i] > 0)) return "a deviation is not positive";
  p->observation_size = width;

  for (previous = width;; previous = next.outputs) {
    snprintf(name, sizeof name, "trunk.%zu", 2 * p->layer_count);
    if (!find_layer(p, header, name, previous, &next)) break;
    layer *more = realloc(p->layers, (p->layer_count + 1) * sizeof *more);
    if (!more) return "there is not enough memory";
    p->layers = more;
    p->layers[p->layer_count++] = next;
    widest = next.outputs > widest ? next.outputs : widest;
  }
  if (!find_layer(p, header, "value", previous, &p->value) || p->value.outputs != 1 ||
      !find_layer(p, header, "advantage", previous, &p->advantage) || p->advantage.outputs != p->choice_count)
    return "its heads do not fit its trunk";
  if (has_prior) {
    p->prior_scale = find_vector(p, header, "prior.scale", p->choice_count + 1);
    p->prior_offset = find_vector(p, header, "prior.offset", p->choice_count + 1);
    if (!p->prior_scale || !p->prior_offset || p->prior_start > width || width - p->prior_start <= p->choice_count)
      return "its prior does not fit";
  }
  if (p->has_mask && (p->mask_start > width || width - p->mask_start < p->choice_count))
    return "its mask does not fit";
  p->input = malloc(width * sizeof(float));
  p->hidden[0] = malloc(widest * sizeof(float));
  p->hidden[1] = malloc(widest * sizeof(float));
  p->values = malloc(p->choice_count * sizeof(float));
  if (!p->input || !p->hidden[0] || !p->hidden[1] || !p->values) return "there is not enough memory";
  return NULL;
}

/// Finds the header, copies the tensors and reads both; returns what is wrong, or NULL.
static const char *read_bytes(apportion_policy *p, const unsigned char *bytes, size_t count) {
  uint64_t length = 0;
  if (count < 8) return "it is too short for a safetensors file";
  for (int i = 7; i >= 0; i--) length = length << 8 | bytes[i];
  if (length > count - 8) return "its header is cut short";
  const cursor header = {(const char *)bytes + 8, (const char *)bytes + 8 + length};
  p->data_size = count - 8 - (size_t)length;
  p->data = malloc(p->data_size + sizeof(float));
  if (!p->data) return "there is not enough memory";
  memcpy(p->data, header.end, p->data_size);
  return read_policy(p, header);
}

/// The bytes of a whole file, to be freed; NULL where it cannot be read.
static unsigned char *read_file(FILE *file, size_t *count) {
  long end;
  if (fseek(file, 0, SEEK_END) != 0 || (end = ftell(file)) < 0 || fseek(file, 0, SEEK_SET) != 0) return NULL;
  unsigned char *bytes = malloc((size_t)end + 1);
  *count = (size_t)end;
  if (bytes && fread(bytes, 1, *count, file) == *count) return bytes;
  free(bytes);
  return NULL;
}

static apportion_policy *load(
    const char *name, const unsigned char *bytes, size_t count, char *error, size_t error_size) {
  apportion_policy *policy = calloc(1, sizeof *policy);
  const char *fault = policy ? read_bytes(policy, bytes, count) : "there is not enough memory";
  if (!fault) return policy;
  snprintf(error, error_size, "%s: %s.", name, fault);
  apportion_policy_close(policy);
  return NULL;
}

apportion_policy *apportion_policy_load(const void *bytes, size_t count, char *error, size_t error_size) {
  return load("the policy", bytes, count, error, error_size);
}

apportion_policy *apportion_policy_open(const char *path, char *error, size_t error_size) {
  size_t count = 0;
  FILE *file = fopen(path, "rb");
  unsigned char *bytes = file ? read_file(file, &count) : NULL;
  if (!bytes) snprintf(error, error_size, "%s: %s.", path, strerror(errno));
  if (file) fclose(file);
  apportion_policy *policy = bytes ? load(path, bytes, count, error, error_size) : NULL;
  free(bytes);
  return policy;
}

void apportion_policy_close(apportion_policy *p) {
  if (!p) return;
  free(p->data);
  free(p->branch_sizes);
  free(p->layers);
  free(p->input);
  free(p->hidden[0]);
  free(p->hidden[1]);
  free(p->values);
  free(p);
}

size_t apportion_policy_observation_size(const apportion_policy *p) { return p->observation_size; }
size_t apportion_policy_branch_count(const apportion_policy *p) { return p->branch_count; }
size_t apportion_policy_branch_size(const apportion_policy *p, size_t branch) { return p->branch_sizes[branch]; }
size_t apportion_policy_choice_count(const apportion_policy *p) { return p->choice_count; }

// ---- Acting

/// out = weights · in + biases. Sixteen interleaved sums let compilers use vectors without relaxed floating point.
static void dense(const layer *l, const float *in, float *out) {
  enum { lanes = 16 };
  for (size_t row = 0; row < l->outputs; row++) {
    const float *weights = l->weights + row * l->inputs;
    float sums[lanes] = {0}, sum = l->biases[row];
    size_t i = 0;
    for (; i + lanes <= l->inputs; i += lanes)
      for (int lane = 0; lane < lanes; lane++) sums[lane] += weights[i + (size_t)lane] * in[i + (size_t)lane];
    for (; i < l->inputs; i++) sums[i % lanes] += weights[i] * in[i];
    for (int lane = 0; lane < lanes; lane++) sum += sums[lane];
    out[row] = sum;
  }
}

int apportion_policy_act(
    apportion_policy *p, const float *observation, const uint8_t *mask, float *q, int32_t *levels) {
  const size_t prior_end = p->prior_scale ? p->prior_start + p->choice_count + 1 : 0;
  for (size_t i = 0; i < p->observation_size; i++) {
    float x = (observation[i] - p->mean[i]) / p->deviation[i];
    if (!p->prior_scale || i < p->prior_start || i >= prior_end) {
      x = x > p->limit ? p->limit : x;
      x = x < -p->limit ? -p->limit : x;
    }
    p->input[i] = x;
  }
  const float *in = p->input;
  for (size_t l = 0; l < p->layer_count; l++) {
    float *out = p->hidden[l % 2];
    dense(&p->layers[l], in, out);
    for (size_t i = 0; i < p->layers[l].outputs; i++) out[i] = out[i] > 0 ? out[i] : 0;
    in = out;
  }
  float state;
  dense(&p->value, in, &state);
  dense(&p->advantage, in, p->values);

  const float *prior = p->input + p->prior_start;
  if (p->prior_scale) state += p->reward_scale * (prior[0] * p->prior_scale[0] + p->prior_offset[0]);
  size_t first = 0;
  for (size_t k = 0; k < p->branch_count; first += p->branch_sizes[k++]) {
    const size_t end = first + p->branch_sizes[k];
    float mean = 0;
    for (size_t c = first; c < end; c++) mean += p->values[c];
    mean /= (float)p->branch_sizes[k];
    size_t best = end;
    for (size_t c = first; c < end; c++) {
      float value = state + (p->values[c] - mean);
      if (p->prior_scale)
        value += p->reward_scale * (prior[c + 1] * p->prior_scale[c + 1] + p->prior_offset[c + 1]);
      p->values[c] = value;
      const int allowed = (!mask || mask[c]) && (!p->has_mask || p->input[p->mask_start + c] > 0);
      if (allowed && (best == end || value > p->values[best])) best = c;
    }
    if (best == end) return 0;
    levels[k] = (int32_t)(best - first);
  }
  if (q)
    for (size_t c = 0; c < p->choice_count; c++) q[c] = p->values[c] / p->reward_scale;
  return 1;
}
