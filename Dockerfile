# An image for a bastion host: docker build -t ivscope . && docker run --rm -it ivscope --demo
# With your credentials: docker run --rm -it -v ~/.aws:/home/ivscope/.aws:ro -e AWS_PROFILE ivscope
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE CHANGELOG.md SECURITY.md requirements.lock requirements.hashed.txt ./
COPY styles styles
COPY tui tui
# What runs is held to its hashes; what only builds ivscope, to the versions of the lock. Newer pip
# reads the second name of the constraint.
RUN python -m venv /opt/ivscope \
    && /opt/ivscope/bin/pip install --no-cache-dir --disable-pip-version-check \
       --require-hashes -r requirements.hashed.txt \
    && PIP_CONSTRAINT=/source/requirements.lock PIP_BUILD_CONSTRAINT=/source/requirements.lock \
       /opt/ivscope/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps .

FROM python:3.13-slim
RUN useradd --create-home --uid 1000 ivscope
COPY --from=build /opt/ivscope /opt/ivscope
USER 1000
WORKDIR /home/ivscope
ENV PATH=/opt/ivscope/bin:$PATH LANG=C.UTF-8
ENTRYPOINT ["ivscope"]
