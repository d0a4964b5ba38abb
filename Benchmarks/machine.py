"""What this machine is called where results are kept by machine."""

import os
import platform


def name():
    """Its processors, how wide their vectors are, and its system: numbers of machines of one name may be compared."""
    facts = {}
    for line in open("/proc/cpuinfo"):
        key, _, value = line.partition(":")
        facts.setdefault(key.strip(), value.strip())
    flags = facts.get("flags", "").split()
    vectors = next((text for flag, text in {"avx512f": " with AVX-512", "avx2": " with AVX2"}.items() if flag in flags), "")
    cpu = facts.get("model name", platform.processor()) + vectors
    return f"{len(os.sched_getaffinity(0))} cores of {cpu}, {platform.system()} {platform.machine()}"
