#ifndef APPORTION_COPENSSL_SHIM_H
#define APPORTION_COPENSSL_SHIM_H

#include <openssl/sha.h>

#endif
