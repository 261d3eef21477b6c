"""Two dependences side by side: what is asked of both, what is said, what is drawn."""
