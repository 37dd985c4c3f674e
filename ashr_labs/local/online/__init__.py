"""Online scoring: rules that score a share of the incoming traces."""
