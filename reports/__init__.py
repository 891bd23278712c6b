"""Reports on result files: trace.py reads, the others present. See README.md."""
