"""Numbers of analyses as they are printed, for people or for programs."""

from core.evaluation.bootstrap import Interval


def estimate(value: float, interval: Interval, *, as_json: bool) -> object:
    """Return a number with its 95 % interval."""
    if as_json:
        return {"value": value, "low": interval.low, "high": interval.high}
    return f"{value:.4f} ({interval.low:.4f} to {interval.high:.4f})"
