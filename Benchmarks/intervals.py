"""95 % intervals of a mean, as the benchmarks' pages state them."""

import statistics

# Student's t of 97.5 % from 1 degree of freedom on.
STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110,
           2.101, 2.093, 2.086]


def half_width(values):
    """Half the length of the interval; values must be two or more."""
    freedom = len(values) - 1
    # Beyond the table: right to 0.002.
    student = STUDENT[freedom - 1] if freedom <= len(STUDENT) else 1.96 + 2.5 / freedom
    return student * statistics.stdev(values) / len(values) ** 0.5
