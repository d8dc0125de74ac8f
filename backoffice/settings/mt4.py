"""The MetaTrader side: keys that seal messages to the agents, and where SQL replicas are."""

from backoffice.settings.env import env

MT4_AGENT_TRUST = dict(
    env.agent_trust
)  # by server code; without a line: this machine's authorities
MT4_AGENT_KEYS = dict(env.agent_keys)  # by server code; the addresses are rows of trading.Server
MT4_REPLICAS = dict(env.replicas)  # by server code; with passwords, and so no rows
