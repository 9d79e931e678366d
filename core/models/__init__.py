"""Networks as plain Keras models, and the files they are handed over in.

Importing a module of this package imports TensorFlow; the web process never does.
"""
