"""Compare what calls returned with what they should have: verdicts, points, words.

Pure functions of a plan and of outcomes; touches neither processes nor files.
"""
