"""Say which mistake explains a judged result, and draw it. Reads results of judge; never changes points."""
