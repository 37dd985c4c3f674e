"""Examples: a support bot with real tools, scenarios to test it with, and the evaluation from end to end."""
