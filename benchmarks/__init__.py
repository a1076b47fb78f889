"""What is measured, against whom; each module runs by itself."""
