#ifndef APPORTION_ALLOCATION_COUNTING_H
#define APPORTION_ALLOCATION_COUNTING_H

#include <stdint.h>

// How often the calling thread has asked for heap memory since it started.
uint64_t allocations_of_this_thread(void);

// How often all threads together have asked for heap memory since the process started.
uint64_t allocations_of_all_threads(void);

#endif
