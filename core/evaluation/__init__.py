"""How good a set of predictions is, from arrays alone: no model is needed here."""
