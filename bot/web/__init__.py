"""Plain pages that are opened inside WeChat and WeCom."""
