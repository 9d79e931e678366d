"""What each analysis of a run prints in a terminal."""
