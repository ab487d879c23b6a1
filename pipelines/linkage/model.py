"""The probability that two named things are the same, from their features: a logistic regression with its weights as data.

Each weight is how much one unit of a feature adds to the log-odds, so that a probability can be taken apart by hand. The
weights in `weights.yml` say what they were learnt from; `fit` is how, and tests/real learns them again.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from pipelines.files import parse_yaml
from pipelines.linkage.features import FEATURES

Vector = NDArray[np.float64]
PENALTY = 1.0  # on standardised weights, so that features in any unit are held alike
FOLDS = 5


@dataclass(frozen=True)
class Model:
    """Log-odds = intercept + sum of weight times feature; from `threshold` on a pair counts as the same."""

    intercept: float
    weights: dict[str, float]
    threshold: float

    def probability_sql(self) -> str:
        """The probability as an SQL expression over the columns of table `feature`."""
        terms = " + ".join(f"({weight}) * {name}" for name, weight in self.weights.items())
        return f"(1 / (1 + exp(-(({self.intercept}) + {terms}))))"

    def probabilities(self, features: Vector) -> Vector:
        """Rows of features in the order of FEATURES → one probability each."""
        return _logistic(self.intercept + features @ np.array([self.weights[name] for name in FEATURES]))


@cache
def model() -> Model:
    """The model that links are judged by."""
    content = parse_yaml(resources.files("pipelines.linkage").joinpath("weights.yml").read_text("utf-8"))
    return Model(content["intercept"], content["weights"], content["threshold"])


def fit(features: Vector, labels: Vector) -> Model:
    """Learn from labelled pairs (1 same, 0 not). The threshold has the best F1 in cross-validation: each fifth of the rows is
    judged by what the other four teach. No chance is involved: the same rows give the same model."""
    fold = np.arange(len(labels)) % FOLDS
    unseen = np.zeros(len(labels))
    for number in range(FOLDS):
        unseen[fold == number] = _predict(
            *_learn(features[fold != number], labels[fold != number]), features[fold == number]
        )
    steps = np.arange(0.01, 1, 0.01)
    threshold = max(steps, key=lambda step: precision_recall(unseen >= step, labels)[2])
    intercept, weights = _learn(features, labels)
    rounded = {name: round(float(weight), 4) for name, weight in zip(FEATURES, weights, strict=True)}
    return Model(round(intercept, 4), rounded, round(float(threshold), 2))


def precision_recall(judged: NDArray[np.bool_], labels: Vector) -> tuple[float, float, float]:
    """(precision, recall, F1) of what was judged the same."""
    right = float((labels * judged).sum())
    precision, recall = right / max(float(judged.sum()), 1.0), right / max(float(labels.sum()), 1.0)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def _learn(features: Vector, labels: Vector) -> tuple[float, Vector]:
    """Intercept and weights by Newton's method, with a ridge penalty on the standardised weights."""
    mean, spread = features.mean(0), features.std(0)
    spread = np.where(spread > 0, spread, 1.0)
    rows = np.column_stack([np.ones(len(labels)), (features - mean) / spread])
    penalty = np.diag([0.0] + [PENALTY] * features.shape[1])
    weights = np.zeros(rows.shape[1])
    for _ in range(50):
        chance = _logistic(rows @ weights)
        slope = rows.T @ (chance - labels) + penalty @ weights
        step = np.linalg.solve((rows * (chance * (1 - chance))[:, None]).T @ rows + penalty, slope)
        weights -= step
        if np.abs(step).max() < 1e-10:
            break
    raw = weights[1:] / spread
    return float(weights[0] - raw @ mean), raw


def _predict(intercept: float, weights: Vector, features: Vector) -> Vector:
    return _logistic(intercept + features @ weights)


def _logistic(log_odds: Vector) -> Vector:
    return np.asarray(1 / (1 + np.exp(-log_odds)), dtype=np.float64)
