"""Alerts: rules whose condition is evaluated when experiments and scores complete, and who is notified."""
