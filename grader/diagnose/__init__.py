"""Say which mistake explains a judged result, and draw it.

May use the judge and the engine; never changes points.
"""
