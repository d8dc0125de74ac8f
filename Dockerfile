# One image for every process of the product; compose.yaml says which command each runs.
FROM python:3.12-slim

RUN useradd --create-home --uid 10001 mt4bo \
    && install --directory --owner mt4bo /app /srv/metatrader
WORKDIR /app

COPY requirements-setup.txt requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements-setup.txt \
    && uv pip sync --system --require-hashes --compile-bytecode --no-cache requirements.txt

COPY --chown=mt4bo . .
USER mt4bo
ENV PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=backoffice.settings.prod
# Static files get names that carry their content. The production settings want every variable, so
# they get made-up ones for this one step.
RUN ENVIRONMENT=production SECRET_KEY=made-up-to-collect-static-files-and-forgotten-after \
    DATABASE_URL=postgresql://nobody@nowhere/none REDIS_URL=redis://nowhere \
    LIVE_URL=wss://nowhere/ws/ SITE_URL=https://nowhere ALLOWED_HOSTS=nowhere \
    python manage.py collectstatic --no-input

CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "backoffice.wsgi:application"]
