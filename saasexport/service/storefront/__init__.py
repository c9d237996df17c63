"""What the connected services answer without GraphQL: JSON for the shell, and pages to look at."""
