"""Adobe Commerce Optimizer: translations, and the destination against the double of the embedded service."""
