"""Name the mistake that explains a judged result, and draw the wrong answer.

This package may use the judge and the engine, and never changes points.
"""
