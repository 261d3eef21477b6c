"""The rooms of the page: each takes a lake and what the address says, and returns an answer."""
