"""The story: partial sync, full sync, resend."""
