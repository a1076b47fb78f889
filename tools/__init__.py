"""What builds, checks and shows Chairside; no part of the product."""
