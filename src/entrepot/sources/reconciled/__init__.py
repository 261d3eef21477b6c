"""What `entrepot reconcile` makes of two reports."""
