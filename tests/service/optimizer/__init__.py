"""The double of Adobe Commerce Optimizer."""
