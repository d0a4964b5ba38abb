#ifndef APPORTION_KERNELS_H
#define APPORTION_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#endif
