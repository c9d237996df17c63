"""The same questions in GraphQL, for storefronts that were written for Adobe's services."""
