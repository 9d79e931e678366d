"""Work that takes long, done in a process of its own; the run store lies between."""
