"""One program or style of annotation file each."""
