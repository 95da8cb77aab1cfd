"""Keep graded results, and turn them into tables, pages and gradebooks. Reads and writes files; grades nothing."""
