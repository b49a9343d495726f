"""Where photos come from: cameras and what stands in for them."""
