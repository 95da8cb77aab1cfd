"""Turn what was handed in (files, zips, LMS downloads) and rosters into submissions with names.

This room only reads bytes: it runs no learner code and knows neither results nor a course.
"""
