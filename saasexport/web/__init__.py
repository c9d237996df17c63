"""The one HTTP server of this house: deadline, limits, guard.  The service and the dashboard stand on it."""
