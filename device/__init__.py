"""voxframe lets a picture speak, on the device alone."""
