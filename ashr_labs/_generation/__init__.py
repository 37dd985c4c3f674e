"""What generates datasets: an agent's tools, arguments for them, and conversations in which they are needed."""
