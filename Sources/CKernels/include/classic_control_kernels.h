#ifndef APPORTION_CLASSIC_CONTROL_KERNELS_H
#define APPORTION_CLASSIC_CONTROL_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The problems of classic control, many lanes at a time. `state` holds a row of `stride` doubles for every state variable,
// in the order of the Swift structures' fields; a lane is a column. `actions` holds one choice per lane. `rows` are the
// observations, row-major, `row_stride` floats apart.
//
// Nothing is contracted or reassociated, so that every machine and every vector width gives the same bits; the operations
// are Gymnasium's in Gymnasium's order, but for sine and cosine, which are `vm_sine_cosine`.

/// One step of CartPole-v1 in every lane; angles must lie within ±π/4, as they do until an episode ends.
void ck_cart_pole_step(
    double *state, size_t stride, const int32_t *actions, float *rewards, bool *terminated, size_t lanes);
/// Cart position and velocity, pole angle and angular velocity.
void ck_cart_pole_observe(const double *state, size_t stride, float *rows, size_t row_stride, size_t lanes);

/// One step of Acrobot-v1 in every lane.
void ck_acrobot_step(
    double *state, size_t stride, const int32_t *actions, float *rewards, bool *terminated, size_t lanes);
/// Cosines and sines of both angles, both angular velocities.
void ck_acrobot_observe(const double *state, size_t stride, float *rows, size_t row_stride, size_t lanes);

/// One step of MountainCar-v0 in every lane.
void ck_mountain_car_step(
    double *state, size_t stride, const int32_t *actions, float *rewards, bool *terminated, size_t lanes);
/// Position and velocity.
void ck_mountain_car_observe(const double *state, size_t stride, float *rows, size_t row_stride, size_t lanes);

/// One step of Pendulum-v1 in every lane, with `levels` torques from −2 to 2 N·m. Nothing terminates.
void ck_pendulum_step(
    double *state, size_t stride, const int32_t *actions, int32_t levels, float *rewards, bool *terminated,
    size_t lanes);
/// Cosine and sine of the angle, angular velocity.
void ck_pendulum_observe(const double *state, size_t stride, float *rows, size_t row_stride, size_t lanes);

/// Counts a step of every lane's episode and finds the lanes whose episode ended: terminated, or as old as `limit`
/// allows, which sets `truncated`.
///
/// Writes their numbers to `ended`, of room for `lanes`, in ascending order, and returns how many there are.
size_t ck_end_episodes(
    int32_t *ages, int32_t limit, const bool *terminated, bool *truncated, uint32_t *ended, size_t lanes);

#endif
