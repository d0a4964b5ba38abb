#ifndef APPORTION_CCLP_SHIM_H
#define APPORTION_CCLP_SHIM_H

#include <coin/Clp_C_Interface.h>

#endif
