"""Says how long a text takes to read."""

import re

WORDS_PER_MINUTE = 230


def lambda_handler(event, context):
    words = re.findall(r"\w+", event.get("text", ""))
    return {"words": len(words), "seconds": round(len(words) * 60 / WORDS_PER_MINUTE)}
