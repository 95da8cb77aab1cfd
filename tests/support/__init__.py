"""What tests share: makers of input, readers of output, and what stands around a process."""
