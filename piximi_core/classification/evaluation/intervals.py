"""How sure a share is: 95 % intervals of proportions, of single things and of groups."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["clustered_interval", "wilson_interval"]

_Z95 = 1.959963984540054


def wilson_interval(successes: float, trials: float) -> tuple[float, float]:
    """The 95 % score interval of a proportion (E. B. Wilson, 1927); (0, 1) without trials."""
    if trials == 0:
        return (0.0, 1.0)
    share, z2 = successes / trials, _Z95**2
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    spread = share * (1 - share) / trials + z2 / (4 * trials**2)
    half = _Z95 * math.sqrt(max(spread, 0.0)) / (1 + z2 / trials)
    return (max(0.0, centre - half), min(1.0, centre + half))


def clustered_interval(right: ArrayLike, groups: Sequence[Hashable]) -> tuple[float, float]:
    """The 95 % interval of a share of right answers on things that come in groups.

    Crops of one photograph are right or wrong together, so they say less than as many photographs
    would. The Wilson interval is taken of the effective number of things ``n / d``, where

    - ``d`` is the design effect of the share as a ratio of group totals,
      ``v / (p (1 - p) / n)`` with ``v = m / (m - 1) * sum((x_i - p n_i)^2) / n^2`` over ``m``
      groups of ``n_i`` things, ``x_i`` of them right (J. N. K. Rao and A. J. Scott, A simple method
      for the analysis of clustered binary data, Biometrics 48, 1992, 577-585). It is not taken
      below 1, and is 1 where all answers are right or all are wrong;
    - few groups tell ``v`` badly, for which ``n / d`` is multiplied by ``(t_{n-1} / t_{m-1})^2``,
      97.5 % points of Student's t (E. L. Korn and B. I. Graubard, Survey Methodology 24, 1998,
      193-201).

    N. Dean and M. Pagano (Journal of Survey Statistics and Methodology 3, 2015, 484-503) found
    Wilson's interval of such numbers to hold best among those they compared.

    Parameters
    ----------
    right
        Whether each answer is right, ``[N]``.
    groups
        The group of each thing. If each is one of its own, the result is Wilson's interval; of a
        single group nothing is known of others, so it counts as one thing.
    """
    answers = np.asarray(right, dtype=np.float64)
    known = {group: n for n, group in enumerate(dict.fromkeys(groups))}
    n, m = len(answers), len(known)
    if m == n:
        return wilson_interval(float(answers.sum()), n)
    share = float(answers.mean())
    if m == 1:
        return wilson_interval(share, 1)
    places = np.array([known[group] for group in groups])
    sizes = np.bincount(places, minlength=m)
    hits = np.bincount(places, weights=answers, minlength=m)
    variance = m / (m - 1) * float(((hits - share * sizes) ** 2).sum()) / n**2
    binomial = share * (1 - share) / n
    effect = max(1.0, variance / binomial) if binomial > 0 else 1.0
    effective = n / effect * _few_groups(n, m)
    return wilson_interval(share * effective, effective)


def _few_groups(n: int, m: int) -> float:
    # Imported here: of all figures only these need it.
    from scipy.special import stdtrit

    return float((stdtrit(n - 1, 0.975) / stdtrit(m - 1, 0.975)) ** 2)
