"""The demo city: a believable Persian-named city made from a seed, so that nothing is downloaded."""
