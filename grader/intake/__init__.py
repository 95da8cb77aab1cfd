"""Turn what was handed in (files, zips, LMS downloads, rosters) into submissions of people.

Reads bytes and runs nothing; knows neither results nor a course.
"""
