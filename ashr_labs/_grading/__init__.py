"""The parts of `ashr_labs.grading`, where the rules are written down."""
