"""What changed in the shop: triggers and changelogs."""
