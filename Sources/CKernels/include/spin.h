#ifndef APPORTION_SPIN_H
#define APPORTION_SPIN_H

/// Tells the processor that a loop waits for another core's write.
static inline void ck_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

#endif
