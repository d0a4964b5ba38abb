#include "classic_control_kernels.h"

#include "target_clones.h"
#include "vector_math_double.h"

static const double pi = 0x1.921fb54442d18p+1;

static inline double clamped(double x, double low, double high) {
  x = x < low ? low : x;
  return x > high ? high : x;
}

APPORTION_VECTORIZED void ck_cart_pole_step(
    double *restrict state, size_t stride, const int32_t *restrict actions, float *restrict rewards,
    bool *restrict terminated, size_t lanes) {
#pragma clang fp contract(off) reassociate(off)
  const double gravity = 9.8, pole_mass = 0.1, total_mass = pole_mass + 1.0, half_length = 0.5;
  const double pole_moment = pole_mass * half_length, interval = 0.02;
  const double widest = 12 * 2 * pi / 360;
  double *restrict position = state, *restrict velocity = state + stride;
  double *restrict angle = state + 2 * stride, *restrict angular_velocity = state + 3 * stride;
  for (size_t i = 0; i < lanes; i++) {
    const double force = actions[i] == 1 ? 10.0 : -10.0;
    const double sine = vm_sine_near_zero(angle[i]), cosine = vm_cosine_near_zero(angle[i]);
    const double push = (force + pole_moment * (angular_velocity[i] * angular_velocity[i]) * sine) / total_mass;
    const double angular_acceleration =
        (gravity * sine - cosine * push) /
        (half_length * (4.0 / 3.0 - pole_mass * (cosine * cosine) / total_mass));
    const double acceleration = push - pole_moment * angular_acceleration * cosine / total_mass;
    const double x = position[i] + interval * velocity[i];
    const double theta = angle[i] + interval * angular_velocity[i];
    velocity[i] += interval * acceleration;
    angular_velocity[i] += interval * angular_acceleration;
    position[i] = x;
    angle[i] = theta;
    rewards[i] = 1;
    terminated[i] = (__builtin_fabs(x) > 2.4) | (__builtin_fabs(theta) > widest);
  }
}

APPORTION_VECTORIZED void ck_cart_pole_observe(
    const double *restrict state, size_t stride, float *restrict rows, size_t row_stride, size_t lanes) {
  for (size_t i = 0; i < lanes; i++) {
    float *row = rows + i * row_stride;
    row[0] = (float)state[i];
    row[1] = (float)state[stride + i];
    row[2] = (float)state[2 * stride + i];
    row[3] = (float)state[3 * stride + i];
  }
}

/// Angles and velocities of Acrobot, or their change per second.
typedef struct {
  double angle1, angle2, velocity1, velocity2;
} acrobot;

static inline __attribute__((always_inline)) acrobot acrobot_slope(acrobot s, double torque) {
#pragma clang fp contract(off) reassociate(off)
  const double gravity = 9.8;
  const sine_cosine second = vm_sine_cosine(s.angle2);
  const double sine = second.sine, cosine = second.cosine;
  const double d1 = 0.25 + (1 + 0.25 + cosine) + 2;
  const double d2 = (0.25 + 0.5 * cosine) + 1;
  const double phi2 = 0.5 * gravity * vm_sine_cosine(s.angle1 + s.angle2 - pi / 2).cosine;
  const double phi1 = -0.5 * (s.velocity2 * s.velocity2) * sine - s.velocity2 * s.velocity1 * sine +
                      1.5 * gravity * vm_sine_cosine(s.angle1 - pi / 2).cosine + phi2;
  const double acceleration2 =
      (torque + d2 / d1 * phi1 - 0.5 * (s.velocity1 * s.velocity1) * sine - phi2) / (0.25 + 1 - (d2 * d2) / d1);
  const double acceleration1 = -(d2 * acceleration2 + phi1) / d1;
  return (acrobot){s.velocity1, s.velocity2, acceleration1, acceleration2};
}

static inline __attribute__((always_inline)) acrobot acrobot_moved(acrobot s, acrobot slope, double time) {
#pragma clang fp contract(off) reassociate(off)
  return (acrobot){
      s.angle1 + time * slope.angle1, s.angle2 + time * slope.angle2, s.velocity1 + time * slope.velocity1,
      s.velocity2 + time * slope.velocity2};
}

/// An angle brought between −π and π.
static inline double wrapped(double angle) {
#pragma clang fp contract(off) reassociate(off)
  const double above = __builtin_ceil((angle - pi) / (2 * pi)), below = __builtin_floor((angle + pi) / (2 * pi));
  const double turns = angle > pi ? above : (angle < -pi ? below : 0);
  return angle - turns * (2 * pi);
}

APPORTION_VECTORIZED void ck_acrobot_step(
    double *restrict state, size_t stride, const int32_t *restrict actions, float *restrict rewards,
    bool *restrict terminated, size_t lanes) {
#pragma clang fp contract(off) reassociate(off)
  const double interval = 0.2;
  double *restrict angle1 = state, *restrict angle2 = state + stride;
  double *restrict velocity1 = state + 2 * stride, *restrict velocity2 = state + 3 * stride;
  for (size_t i = 0; i < lanes; i++) {
    const double torque = (double)(actions[i] - 1);
    const acrobot s = {angle1[i], angle2[i], velocity1[i], velocity2[i]};
    const acrobot k1 = acrobot_slope(s, torque);
    const acrobot k2 = acrobot_slope(acrobot_moved(s, k1, interval / 2), torque);
    const acrobot k3 = acrobot_slope(acrobot_moved(s, k2, interval / 2), torque);
    const acrobot k4 = acrobot_slope(acrobot_moved(s, k3, interval), torque);
    const acrobot sum = acrobot_moved(acrobot_moved(acrobot_moved(k1, k2, 2), k3, 2), k4, 1);
    const acrobot next = acrobot_moved(s, sum, interval / 6);
    const double first = wrapped(next.angle1), second = wrapped(next.angle2);
    angle1[i] = first;
    angle2[i] = second;
    velocity1[i] = clamped(next.velocity1, -4 * pi, 4 * pi);
    velocity2[i] = clamped(next.velocity2, -9 * pi, 9 * pi);
    const bool is_up = -vm_sine_cosine(first).cosine - vm_sine_cosine(second + first).cosine > 1;
    rewards[i] = is_up ? 0 : -1;
    terminated[i] = is_up;
  }
}

APPORTION_VECTORIZED void ck_acrobot_observe(
    const double *restrict state, size_t stride, float *restrict rows, size_t row_stride, size_t lanes) {
  for (size_t i = 0; i < lanes; i++) {
    const sine_cosine first = vm_sine_cosine(state[i]), second = vm_sine_cosine(state[stride + i]);
    float *row = rows + i * row_stride;
    row[0] = (float)first.cosine;
    row[1] = (float)first.sine;
    row[2] = (float)second.cosine;
    row[3] = (float)second.sine;
    row[4] = (float)state[2 * stride + i];
    row[5] = (float)state[3 * stride + i];
  }
}

APPORTION_VECTORIZED void ck_mountain_car_step(
    double *restrict state, size_t stride, const int32_t *restrict actions, float *restrict rewards,
    bool *restrict terminated, size_t lanes) {
#pragma clang fp contract(off) reassociate(off)
  double *restrict position = state, *restrict velocity = state + stride;
  for (size_t i = 0; i < lanes; i++) {
    const double slope = vm_sine_cosine(3 * position[i]).cosine;
    const double speed =
        clamped(velocity[i] + ((double)(actions[i] - 1) * 0.001 + slope * -0.0025), -0.07, 0.07);
    const double x = clamped(position[i] + speed, -1.2, 0.6);
    const double kept = ((x == -1.2) & (speed < 0)) ? 0 : speed;
    position[i] = x;
    velocity[i] = kept;
    rewards[i] = -1;
    terminated[i] = (x >= 0.5) & (kept >= 0);
  }
}

APPORTION_VECTORIZED void ck_mountain_car_observe(
    const double *restrict state, size_t stride, float *restrict rows, size_t row_stride, size_t lanes) {
  for (size_t i = 0; i < lanes; i++) {
    rows[i * row_stride] = (float)state[i];
    rows[i * row_stride + 1] = (float)state[stride + i];
  }
}

APPORTION_VECTORIZED void ck_pendulum_step(
    double *restrict state, size_t stride, const int32_t *restrict actions, int32_t levels, float *restrict rewards,
    bool *restrict terminated, size_t lanes) {
#pragma clang fp contract(off) reassociate(off)
  const double interval = 0.05;
  double *restrict angle = state, *restrict velocity = state + stride;
  for (size_t i = 0; i < lanes; i++) {
    const double torque = -2 + 4 * (double)actions[i] / (double)(levels - 1);
    const double turns = __builtin_floor((angle[i] + pi) / (2 * pi));
    const double from_upright = angle[i] - turns * (2 * pi);
    const double cost =
        from_upright * from_upright + 0.1 * (velocity[i] * velocity[i]) + 0.001 * (torque * torque);
    const double push = (15 * vm_sine_cosine(angle[i]).sine + 3 * torque) * interval;
    velocity[i] = clamped(velocity[i] + push, -8, 8);
    angle[i] += velocity[i] * interval;
    rewards[i] = (float)-cost;
    terminated[i] = false;
  }
}

APPORTION_VECTORIZED void ck_pendulum_observe(
    const double *restrict state, size_t stride, float *restrict rows, size_t row_stride, size_t lanes) {
  for (size_t i = 0; i < lanes; i++) {
    const sine_cosine angle = vm_sine_cosine(state[i]);
    float *row = rows + i * row_stride;
    row[0] = (float)angle.cosine;
    row[1] = (float)angle.sine;
    row[2] = (float)state[stride + i];
  }
}

APPORTION_VECTORIZED size_t ck_end_episodes(
    int32_t *restrict ages, int32_t limit, const bool *restrict terminated, bool *restrict truncated,
    uint32_t *restrict ended, size_t lanes) {
  for (size_t i = 0; i < lanes; i++) {
    ages[i] += 1;
    truncated[i] = (ages[i] >= limit) & !terminated[i];
  }
  size_t count = 0;
  for (size_t i = 0; i < lanes; i++) {
    ended[count] = (uint32_t)i;
    count += terminated[i] | truncated[i];
  }
  return count;
}
