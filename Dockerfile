# The dashboard in a container. It only calls the same set-up script as everyone else.
#   docker build -t piximi-dashboard .                        CPU
#   docker build -t piximi-dashboard --build-arg GPU=1 .      with the NVIDIA libraries
# docs/hosting.md says how to run it.

FROM python:3.12-slim AS build
ARG GPU=0
WORKDIR /app
COPY requirements.txt requirements-gpu.txt ./
COPY scripts/setup scripts/setup
COPY scripts/lib scripts/lib
RUN if [ "$GPU" = 1 ]; then scripts/setup --gpu; else scripts/setup --cpu; fi \
    && rm -rf /root/.cache

FROM python:3.12-slim
RUN useradd --create-home --uid 1000 piximi \
    && mkdir /workspace \
    && chown piximi:piximi /workspace
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY . .
USER piximi
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PIXIMI_WORKSPACE=/workspace
VOLUME /workspace
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
# Every interface of the container. Without a sign-in or PIXIMI_OPEN=1 the dashboard refuses this and says
# why; what the host publishes is decided by "docker run -p" or compose.yaml.
CMD ["python", "-m", "streamlit", "run", "app.py", "--server.port", "8501", "--server.address", "0.0.0.0"]
