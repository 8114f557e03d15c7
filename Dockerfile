# The app and the action server; with EXTRAS="--extra voice" speech recognition. The image holds no data: mount a volume at SCRAPBOOK_DATA_DIR.
FROM python:3.13-slim
RUN pip install --no-cache-dir uv
WORKDIR /srv
COPY pyproject.toml uv.lock README.md LICENSE ./
COPY scrapbook scrapbook
COPY actions actions
COPY bot/effects.yml bot/effects.yml
ARG EXTRAS=""
RUN uv sync --locked --no-dev --no-cache $EXTRAS
ENV PATH=/srv/.venv/bin:$PATH PYTHONUNBUFFERED=1
CMD ["scrapbook", "serve", "app"]
