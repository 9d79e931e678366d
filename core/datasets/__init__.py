"""Data sets of handwritten characters: what they are, and their images in memory."""
