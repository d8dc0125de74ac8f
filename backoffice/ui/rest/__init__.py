"""How an API door is made: JSON in and out, problems in one sentence, lists by cursor."""
