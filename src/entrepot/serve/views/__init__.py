"""The views of the site: each takes a lake and what the address says, and returns an answer."""
