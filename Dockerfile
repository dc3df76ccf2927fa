ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
WORKDIR /src
COPY . .
# A virtual environment, which the final image copies as a whole. The build hook brings its own npm.
RUN python -m venv /opt/kernelscope \
    && /opt/kernelscope/bin/pip install --no-cache-dir .

FROM python:${PYTHON}-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin kernelscope \
    && install --directory --owner kernelscope --group kernelscope /data
COPY --from=build /opt/kernelscope /opt/kernelscope
ENV PATH=/opt/kernelscope/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    KERNELSCOPE_PORT=8000
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['KERNELSCOPE_PORT']}/healthz\", timeout=2)"]
# In the exec form, "docker stop" sends SIGTERM to the server itself. It then saves all experiments, but is killed after
# ten seconds unless the container was started with a longer --stop-timeout: see "Stopping" in docs/running.md.
CMD ["kernelscope", "--host", "0.0.0.0", "--no-browser", "--data-dir", "/data"]
