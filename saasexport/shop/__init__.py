"""What several feeds ask of the shop: scopes and configuration, EAV values, the category tree, stock."""
