"""The sockets: the channel layer serves revocation only; frames go by the hub."""

from backoffice.settings import redis
from backoffice.settings.env import env

ASGI_APPLICATION = "backoffice.asgi.application"
LIVE_URL = env.live_url
REDIS_URL = redis.database(0)
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL}], "prefix": "mt4bo"},
    },
}
