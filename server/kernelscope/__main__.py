"""``python -m kernelscope``, the same as ``kernelscope``."""

from kernelscope.cli import main

# Worker processes import this module again under another name, and must not serve.
if __name__ == "__main__":
    main()
