"""What data sets and finished runs come to, worked out once for all sessions.

Caches are keyed by the id of a run or the fingerprint of a data set, never by an
array.
"""

from dashboard.results.calibrated import (
    calibration_of,
    confidences,
    coverage,
    reference,
    temperature,
)
from dashboard.results.comparisons import answers, changes, ensemble, pairs
from dashboard.results.datasets import image_map, summary
from dashboard.results.evaluations import (
    Evaluation,
    evaluation,
    evaluation_elsewhere,
    predictor,
    scores,
    spread_over_seeds,
    training_evaluation,
    validation,
    validation_positions,
)
from dashboard.results.features import (
    evenly,
    feature_points,
    features,
    training_unusualness,
    unusualness,
)
from dashboard.results.fine_tuned import fine_tuned
from dashboard.results.handwriting import HandScores, hand_scores
from dashboard.results.labels import test_suspects, training_suspects
from dashboard.results.learned import learning
from dashboard.results.pictures import character_ink, glance, picture, picture_ink
from dashboard.results.readings import read
from dashboard.results.robust import Samples, changed_samples, robustness
from dashboard.results.styles import Style, style

__all__ = [
    "Evaluation",
    "HandScores",
    "Samples",
    "Style",
    "answers",
    "calibration_of",
    "changed_samples",
    "changes",
    "character_ink",
    "confidences",
    "coverage",
    "ensemble",
    "evaluation",
    "evaluation_elsewhere",
    "evenly",
    "feature_points",
    "features",
    "fine_tuned",
    "glance",
    "hand_scores",
    "image_map",
    "learning",
    "pairs",
    "picture",
    "picture_ink",
    "predictor",
    "read",
    "reference",
    "robustness",
    "scores",
    "spread_over_seeds",
    "style",
    "summary",
    "temperature",
    "test_suspects",
    "training_evaluation",
    "training_suspects",
    "training_unusualness",
    "unusualness",
    "validation",
    "validation_positions",
]
