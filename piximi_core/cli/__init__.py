"""The command line: the same services as the pages, one module for each group of commands."""
