#ifndef APPORTION_CZLIB_SHIM_H
#define APPORTION_CZLIB_SHIM_H

#include <zlib.h>

/* The macro of zlib's that begins to inflate, as a function. */
static inline int apportion_inflate_init(z_stream *stream, int window_bits) {
  return inflateInit2(stream, window_bits);
}

#endif
