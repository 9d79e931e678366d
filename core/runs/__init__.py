"""Runs: what was trained, how it went, and the files it left."""

import os

# MLflow reads these while it is imported. Without the first it reports usage to
# its makers; without the second it prints bars for files that are here already.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
