"""Give parsers what nobody should: made-up files, changed at random, held against plain Python.

An input is made from the name of a parser and a number alone, so that it can be made again.
`case` makes it, `trial` reads it and judges, `child` does many in a process that may die, `watch`
restarts that and counts, `report` writes down what came of it. `subjects` has a module for each
parser: how its files look, and an independent model of what they say.
"""
