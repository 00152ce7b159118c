# Web and worker are the same image; the command decides (see Procfile).
FROM python:3.11-slim
RUN useradd --create-home --uid 10001 testwarden
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY rules rules
RUN pip install --no-cache-dir --no-deps --no-build-isolation .
USER testwarden
ENV TESTWARDEN_HOME=/home/testwarden/.testwarden
# A volume takes its owner from the folder in the image; without one it would be root's, and not to be written.
RUN mkdir "$TESTWARDEN_HOME"
VOLUME /home/testwarden/.testwarden
EXPOSE 8080
# The probe needs no curl in the image.
HEALTHCHECK CMD python -c "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ.get(\"PORT\", 8080)}/healthz', timeout=3)"
CMD ["testwarden", "serve"]
