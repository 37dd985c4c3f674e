"""The endpoint functions of the Ash wire, by tag: `from ashr_labs.ash.api.sessions import post_api_sessions`."""
