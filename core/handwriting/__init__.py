"""One's own hand: drawings with the right label, kept to score runs and to learn of."""
