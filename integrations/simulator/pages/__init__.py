"""The pages of a simulated EPD: what it sent, its patient file, and the switches; the same as JSON for the exercise."""
