"""Threads that share one factorisation each get their own answer."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import threading
import numpy as np
from scipy import linalg
from entrepot.measures.origin.economy import Solved

draw = np.random.default_rng(1)
matrix = draw.random((300, 300)) + 300 * np.eye(300)
right = draw.random(300)
factors = linalg.lu_factor(matrix.T)
held = Solved(None, lambda: factors)
wrong = []

def work():
    for number in range(400):
        transposed = number % 2 == 0
        found = held.solve(right, transposed=transposed)
        if not np.allclose((matrix if transposed else matrix.T) @ found, right):
            wrong.append(number)

threads = [threading.Thread(target=work) for _ in range(6)]
for one in threads:
    one.start()
for one in threads:
    one.join()
print(len(wrong))
"""


def test_threads_share_factors() -> None:
    """The library counts pivots from one in place while others run: it crashed, or was wrong."""
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "0"), done.stderr[-500:]
