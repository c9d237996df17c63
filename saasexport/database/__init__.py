"""Our database: nobody else writes its tables."""
