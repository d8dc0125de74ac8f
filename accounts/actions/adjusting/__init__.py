"""An adjustment's acts: asked for, agreed to, carried to MetaTrader, followed, settled by hand."""
