"""One behaviour a file, one file a behaviour: everything that the desk says by itself."""
