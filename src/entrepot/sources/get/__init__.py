"""Fetch what publishers publish: the one package that opens a connection, and only when asked.

`plan` says which files make up a request, `run` fetches them, `client` is the only module of the
program that opens a socket.
"""

from entrepot.sources.get.fetch import DownloadedFile
from entrepot.sources.get.plan import DataRequest, PlannedFile, pieces
from entrepot.sources.get.run import get

__all__ = ["DataRequest", "DownloadedFile", "PlannedFile", "get", "pieces"]
