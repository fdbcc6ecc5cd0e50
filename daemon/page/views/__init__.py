"""The views: each reads what it shows in one call, and fills one template."""
