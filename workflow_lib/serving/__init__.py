"""The live page: what there is of all films of a folder, on this machine only; it writes decisions and never spends."""
