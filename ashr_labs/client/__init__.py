"""The client of the API, for synchronous and for asynchronous code."""
