"""Runtimes of entry points: functions, and the objects of frameworks, a file for each."""
