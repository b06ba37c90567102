"""The commands of the command line, by subject; `piximi_core.cli` gathers them."""
