"""What a recipe will cost, how long it will take, and what its curves say."""
