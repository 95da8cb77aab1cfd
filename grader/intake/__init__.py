"""What is handed in, as files, zips and LMS downloads, becomes submissions of people. Reads bytes and runs nothing; knows no course."""
