"""Compare the answers of calls with the expected ones: verdicts, points, words.

Pure functions of a plan and of outcomes; nothing here touches processes or files.
"""
