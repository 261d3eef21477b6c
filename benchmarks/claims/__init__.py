"""How good the checker of claims is: made texts with known slips, checked and counted."""
