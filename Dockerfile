# syntax=docker/dockerfile:1

# Two images from one source:
#   docker build --target embedded .   with the speech model, for a machine of your own (compose.yaml)
#   docker build --target cloud .      for AWS (infra/)
# `--role web` and `--role worker` are the same image.

# What Cargo has downloaded and compiled is kept between builds in cache mounts, which need BuildKit:
# a change of the sources compiles what changed, here as on any machine.
FROM rust:1.95-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends cmake python3 python3-pip \
    && rm -rf /var/lib/apt/lists/* \
    && rustup target add wasm32-unknown-unknown
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target,sharing=locked \
    --mount=type=cache,target=/root/.cache,sharing=locked \
    cargo xtask dist --out /dist

FROM build AS model
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target,sharing=locked \
    --mount=type=cache,target=/root/.cache,sharing=locked \
    cargo xtask model --out /whisper.bin

FROM debian:bookworm-slim AS server
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libstdc++6 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 seva \
    && useradd --system --uid 10001 --gid seva --home-dir /var/lib/seva --shell /usr/sbin/nologin seva \
    && install --directory --mode 0700 --owner seva --group seva /var/lib/seva
COPY --from=build /dist /opt/seva
ENV SEVA_ADDR=0.0.0.0:3000 \
    SEVA_DATA_DIR=/var/lib/seva \
    LEPTOS_SITE_ROOT=/opt/seva/site \
    LEPTOS_HASH_FILES=true \
    LEPTOS_HASH_FILE_NAME=/opt/seva/site-hash.txt
WORKDIR /opt/seva
USER 10001:10001
# Nothing else is ever written, so the root file system may be read-only. A volume that is empty
# takes over the owner and the mode of this directory.
VOLUME /var/lib/seva
EXPOSE 3000
# A worker listens nowhere: switch this off for it. A first start migrates the database.
HEALTHCHECK --interval=15s --timeout=6s --start-period=60s --retries=4 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/3000 && printf 'GET /health HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
ENTRYPOINT ["/opt/seva/seva-server"]
CMD ["--role", "all"]

# Certificates that RDS shows; the environment of infra/ names the file.
FROM server AS cloud
ADD --chmod=0444 https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem /etc/ssl/certs/rds.pem

FROM server AS embedded
COPY --from=model /whisper.bin /opt/seva/whisper.bin
ENV SEVA_WHISPER_MODEL=/opt/seva/whisper.bin
