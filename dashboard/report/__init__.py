"""A run as one self-contained HTML file with its interactive figures."""
