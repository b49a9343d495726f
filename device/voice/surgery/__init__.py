"""A voice cut in two, so that it streams: done once, by `voxframe models fetch`, in a process of its own.

Only this folder imports `onnx`; the daemon never does. It works on the voice's ONNX file alone, by structure and not by
names, so that any VITS voice of Piper's family fits, and it says so where one does not.
"""
