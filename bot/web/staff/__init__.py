"""Pages of the staff, opened from WeCom. What somebody may see and do is decided in the services."""
