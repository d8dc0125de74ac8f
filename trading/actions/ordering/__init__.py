"""Commands about accounts: asked for, confirmed where they are dangerous, carried out."""
