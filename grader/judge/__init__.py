"""Compare what was returned with what was expected: verdicts, points, words. Pure functions of a plan and outcomes; no processes, no files."""
