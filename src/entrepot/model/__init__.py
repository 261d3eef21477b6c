"""The vocabulary: areas and dated groups, periods, intervals, columns, findings."""
