# The app and the action server; with EXTRAS="--extra voice" the worker that hears, with "--extra s3" media in S3.
# It holds no data and no secret: docker-compose.yml says where both come from.
FROM docker.io/library/python:3.13.14-slim-trixie AS base
WORKDIR /srv

# The environment: made anew only when the lock changes. What it is made with stays behind in this stage.
FROM base AS environment
RUN apt-get update && apt-get install -y --no-install-recommends binutils && pip install --no-cache-dir uv==0.13.9
ENV UV_NO_CACHE=1 UV_PYTHON=/usr/local/bin/python UV_PYTHON_DOWNLOADS=never
COPY pyproject.toml uv.lock ./
ARG EXTRAS=""
# The project itself is installed as a pointer to /srv, which takes none of its code but the names of its packages.
RUN mkdir scrapbook actions && touch README.md LICENSE scrapbook/__init__.py actions/__init__.py \
    && uv sync --locked --no-dev $EXTRAS
COPY scripts/slim-environment ./
RUN ./slim-environment .venv --image

FROM base
RUN useradd --uid 10001 --no-create-home --home-dir /tmp scrapbook && install -d -o scrapbook -g scrapbook -m 700 /data /models
COPY --from=environment /srv/.venv .venv
COPY bot/effects.yml bot/
COPY actions actions
COPY scrapbook scrapbook
ENV PATH=/srv/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SCRAPBOOK_DATA_DIR=/data
# Docker's Python has no bytecode of its own library: what of it is used gets some, or each health check would compile it.
RUN python -m compileall -q actions scrapbook && scrapbook --help >/dev/null \
    && PYTHONDONTWRITEBYTECODE= python -c "import urllib.request, scrapbook.app, scrapbook.cli, scrapbook.connecting, scrapbook.serve"
USER scrapbook
CMD ["scrapbook", "serve", "app"]
