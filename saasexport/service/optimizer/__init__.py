"""A double of Adobe Commerce Optimizer's ingestion API: tokens, rules and state of a tenant."""
