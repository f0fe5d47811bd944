"""Where plugins live: admission, bounded calls into them, and the hooks that are asked before something happens."""
