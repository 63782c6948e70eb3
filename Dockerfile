# One image for the proxy (parity …) and the backend (openml-backend …): small, not root, ends on SIGTERM.
FROM python:3.11-slim AS build
WORKDIR /build
COPY requirements.lock pyproject.toml README.md LICENSE ./
COPY backend backend
COPY config config
COPY docs/glossary.md docs/glossary.md
COPY diffing diffing
COPY proxy proxy
RUN python -m venv /opt/parity \
    && /opt/parity/bin/pip install --no-cache-dir --disable-pip-version-check --constraint requirements.lock '.[fleet,otel]'

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/parity --create-home parity
COPY --from=build /opt/parity /opt/parity
ENV PATH=/opt/parity/bin:$PATH PYTHONUNBUFFERED=1
USER 10001
# The kill file, a diff log in SQLite and stored files go here.
WORKDIR /var/lib/parity
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
ENTRYPOINT ["parity"]
CMD ["serve", "--host", "0.0.0.0"]
