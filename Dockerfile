# The app and the action server; with EXTRAS="--extra voice" speech recognition, with "--extra s3" media in S3.
# The image contains no data and no secrets: docker-compose.yml says where both come from.
FROM docker.io/library/python:3.13.14-slim-trixie AS base
WORKDIR /srv

# The environment: rebuilt only when the lock changes. The build tools are not copied out of this stage.
FROM base AS environment
RUN apt-get update && apt-get install -y --no-install-recommends binutils && pip install --no-cache-dir uv==0.13.9
ENV UV_NO_CACHE=1 UV_PYTHON=/usr/local/bin/python UV_PYTHON_DOWNLOADS=never
COPY pyproject.toml uv.lock ./
ARG EXTRAS=""
# The project itself is installed as a link to /srv (editable), which needs its package names but none of its code.
RUN mkdir scrapbook actions && touch README.md LICENSE scrapbook/__init__.py actions/__init__.py \
    && uv sync --locked --no-dev $EXTRAS
COPY scripts/slim-environment ./
RUN ./slim-environment .venv --image

FROM base
RUN useradd --uid 10001 --no-create-home --home-dir /tmp scrapbook && install -d -o scrapbook -g scrapbook -m 700 /data /models
COPY --from=environment /srv/.venv .venv
COPY bot/effects.yml bot/
COPY bot/domain/wording bot/domain/wording
COPY actions actions
COPY scrapbook scrapbook
ENV PATH=/srv/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SCRAPBOOK_DATA_DIR=/data
# Docker's Python has no bytecode of its standard library. Compile the part that is used, or each health check would.
RUN python -m compileall -q actions scrapbook && scrapbook --help >/dev/null \
    && PYTHONDONTWRITEBYTECODE= python -c "import urllib.request, scrapbook.app, scrapbook.cli.main, scrapbook.ops.connect_number, scrapbook.ops.serve"
USER scrapbook
CMD ["scrapbook", "serve", "app"]
