"""The path from a drawing or a photo to the image that a model was trained on."""
