"""The screens of Inklab: pages, and the parts they are built from."""
