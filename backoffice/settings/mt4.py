"""The MetaTrader side: the keys with which messages to the agents are sealed."""

from backoffice.settings.env import env

MT4_AGENT_KEYS = dict(env.agent_keys)  # by server code; the addresses are rows of trading.Server
