"""Pages for firms, one module for each topic."""
