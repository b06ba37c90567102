"""Training, checking and using image classifiers.

The dashboard imports from here, so modules are free of TensorFlow, except for those that build
or run a network: they are imported inside a worker.
"""
