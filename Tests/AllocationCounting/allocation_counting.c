#include "allocation_counting.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

// A program's own definitions of the allocation functions take the place of glibc's in every library it loads, so
// these count what Swift's runtime and OpenBLAS ask for as well. glibc keeps its own under these names.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static _Thread_local uint64_t of_this_thread;
static _Atomic uint64_t of_all_threads;

static void count_one(void) {
  of_this_thread += 1;
  atomic_fetch_add_explicit(&of_all_threads, 1, memory_order_relaxed);
}

uint64_t allocations_of_this_thread(void) { return of_this_thread; }

uint64_t allocations_of_all_threads(void) {
  return atomic_load_explicit(&of_all_threads, memory_order_relaxed);
}

void *malloc(size_t size) {
  count_one();
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  count_one();
  return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
  count_one();
  return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
  count_one();
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  count_one();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
  count_one();
  void *memory = __libc_memalign(alignment, size);
  if (memory == NULL) return ENOMEM;
  *block = memory;
  return 0;
}
