# The standalone page in a container: docker build -t interpogate . && docker compose up
# The page is built first, so that the image needs no Node; torch comes as a CPU build unless told otherwise.
ARG PYTHON_IMAGE=python:3.12.11-slim-bookworm
ARG NODE_IMAGE=node:22.20.0-bookworm-slim

FROM ${NODE_IMAGE} AS page
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY webview webview
RUN node node_modules/vite/bin/vite.js build --config webview/vite.config.ts

FROM ${PYTHON_IMAGE}
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ARG TORCH=torch==2.13.0
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
# the version stands in the argument
# hadolint ignore=DL3013
RUN pip install "${TORCH}" --index-url "${TORCH_INDEX}"
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY requirements requirements
COPY python_backend/interpogate python_backend/interpogate
COPY --from=page /build/webview/dist/page.js /build/webview/dist/page.css /build/webview/dist/drawing.js python_backend/interpogate/notebook/page/
RUN pip install ".[serve,transformers]" --constraint requirements/development.txt && rm -rf /source
RUN useradd --create-home --uid 10001 interpogate
USER 10001
WORKDIR /models
EXPOSE 8080
# Everyone inside the container may connect; who outside may, is said where the port is published.
ENV INTERPOGATE_HOST=0.0.0.0 \
    INTERPOGATE_PORT=8080 \
    INTERPOGATE_NO_BROWSER=1
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/', timeout=4)"]
ENTRYPOINT ["python", "-m", "interpogate", "serve"]
CMD ["demo"]
