"""Images made harder to read: functions of arrays, seeded, for any image size.

Ink is bright on 0. Lengths are told for images of 28 pixels, and grow with the image.
"""
