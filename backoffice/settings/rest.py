"""The API: JSON and nothing else, refusals as problem documents, its description."""

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],  # the guard of the machines finds out who calls
    "DEFAULT_PERMISSION_CLASSES": [],
    "EXCEPTION_HANDLER": "backoffice.ui.rest.problems.handler",
    "COERCE_DECIMAL_TO_STRING": True,
    "STRICT_JSON": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "mt4-backoffice",
    "DESCRIPTION": "Clients, trading accounts and payments of a broker on MetaTrader 4.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}
KNOX_TOKEN_MODEL = "machines.AccessToken"  # noqa: S105 - the name of a model
