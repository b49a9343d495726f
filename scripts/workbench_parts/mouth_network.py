"""A network of one small hidden layer, learnt: whether what is told by features is there."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.floating[Any]]

UNITS, EPOCHS, BATCH = 16, 60, 128
RATE, DECAY, LEFT_OUT = 2e-3, 0.3, 0.6
_MEAN, _SQUARE = 0.9, 0.999


def learnt(features: Array, there: npt.NDArray[np.bool_], *, weight: float, seed: int = 0) -> Array:
    """The weights as `device.vision.mouth_sight` has them: (features + 1) x (units + 1).

    Learnt by Adam (Kingma and Ba, 2014, arXiv 1412.6980), with decay beside the slope (Loshchilov and Hutter, 2017,
    arXiv 1711.05101) and with features left out by chance (Srivastava et al., 2014).

    Args:
        features: Examples x features, the last of which is 1.
        there: What is to be told of each.
        weight: How much more all that are there count than all that are not, however many there are of each.
        seed: Of the chance.
    """
    chance = np.random.default_rng(seed)
    middle, spread = features[:, :-1].mean(axis=0), features[:, :-1].std(axis=0) + 1e-3
    values = np.column_stack([(features[:, :-1] - middle) / spread, features[:, -1]])
    counted = np.where(there, weight / there.sum(), 1 / (~there).sum()) * len(there) / (1 + weight)
    wide = values.shape[1]
    # Both layers in one row of numbers, each with a constant last, which neither decays nor is left out.
    weights = np.concatenate([chance.normal(0, wide**-0.5, wide * UNITS), chance.normal(0, UNITS**-0.5, UNITS + 1)])
    hidden, answer = weights[: wide * UNITS].reshape(wide, UNITS), weights[wide * UNITS :]
    hidden[-1], answer[-1] = 0, 0
    decay = np.concatenate([np.repeat(np.arange(wide) < wide - 1, UNITS), np.arange(UNITS + 1) < UNITS]) * DECAY
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    steps = 0
    for epoch in range(EPOCHS):
        for batch in np.array_split(chance.permutation(len(values)), len(values) // BATCH):
            kept = (chance.random((len(batch), wide)) >= LEFT_OUT) / (1 - LEFT_OUT)
            kept[:, -1] = 1
            seen = values[batch] * kept
            units = np.column_stack([np.maximum(seen @ hidden, 0), np.ones(len(batch))])
            wrong = (_share(units @ answer) - there[batch]) * counted[batch] / len(batch)
            back = np.outer(wrong, answer[:-1]) * (units[:, :-1] > 0)
            slope = np.concatenate([(seen.T @ back).ravel(), units.T @ wrong])
            steps += 1
            mean += (1 - _MEAN) * (slope - mean)
            square += (1 - _SQUARE) * (slope**2 - square)
            way = mean / (1 - _MEAN**steps) / (np.sqrt(square / (1 - _SQUARE**steps)) + 1e-8)
            weights -= RATE * (1 - epoch / EPOCHS) * (way + decay * weights)
    # Middle and spread of the features go into the weights; the last unit is 1 always, for the answer's constant.
    plain = hidden[:-1] / spread[:, None]
    units_of = np.column_stack([np.vstack([plain, hidden[-1] - middle @ plain]), np.arange(wide) == wide - 1])
    return np.vstack([units_of, answer])


def _share(values: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))
