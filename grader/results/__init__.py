"""Keep graded results, and turn them into tables, pages and gradebooks.

Writes files and grades nothing.
"""
