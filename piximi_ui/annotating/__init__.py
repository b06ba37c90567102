"""The Annotate page: objects drawn on images, by the tools of `piximi_core.annotation.tools`."""
