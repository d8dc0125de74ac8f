"""The kernel: what everything is made of. It knows no app; every file is one idea."""
