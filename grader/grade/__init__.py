"""Drive one submission, then a class, through the rest: what is graded again, by which workers, into which folder. Works from a plan; knows no course folder."""
