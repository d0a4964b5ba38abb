"""The numbers of ScoreStatisticsTests.swift: interquartile means by SciPy, percentiles by NumPy (pip install scipy).

Agarwal et al.'s rliable takes the interquartile mean with scipy.stats.trim_mean(scores, 0.25).
"""

import numpy as np
from scipy.stats import mannwhitneyu, trim_mean

a = [3.5, -1.25, 7.0, 2.0, 2.0, 11.5, 0.5, 4.75, 6.25, -3.0]
b = [1.0, 2.0, 4.75, 0.0, 9.0, -2.0, 3.5]
for n in range(1, 11):
    print(n, repr(float(trim_mean(a[:n], 0.25))))
print("improvement", mannwhitneyu(a, b).statistic / (len(a) * len(b)))
# The exact distribution of the mean of three draws from {0, 1, 5}: its percentiles are those the bootstrap tends to.
means = sorted((x + y + z) / 3 for x in (0, 1, 5) for y in (0, 1, 5) for z in (0, 1, 5))
print("means", np.percentile(means, [10, 90], method="inverted_cdf"))
