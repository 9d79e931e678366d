"""What one image tells about a run: the sections of the sample card."""
