"""IMF International Merchandise Trade Statistics: all goods by partner."""
