"""The local WeCom: a corp, its app and its members, beside the service account and sharing only what both have."""
