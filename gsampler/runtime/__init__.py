"""How a kernel is run: found and compiled, on one thread or several, in pieces that can be interrupted."""
