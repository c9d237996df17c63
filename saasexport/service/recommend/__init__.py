"""Recommendations that catalogue and orders allow honestly; nothing is known of what shoppers look at."""
