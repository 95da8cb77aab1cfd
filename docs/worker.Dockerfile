# A worker for `grader grade --dask`, for a Dask cluster of containers.
#
#     python -m build --wheel --outdir docs/dist .
#     docker build -f docs/worker.Dockerfile -t softmax-grader-worker docs
#     docker run --rm --read-only --tmpfs /tmp --cap-drop ALL \
#         --security-opt no-new-privileges softmax-grader-worker tcp://SCHEDULER:8786
#
# Learner code is sealed by seccomp; a container without privileges cannot have the namespaces of
# bubblewrap. The worker refuses to grade where the seal does not hold.
FROM python:3.11-slim

# The library that makes the filter. Nothing else is needed of the system.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libseccomp2 \
    && rm -rf /var/lib/apt/lists/*

COPY dist/*.whl /tmp/
RUN wheel="$(echo /tmp/*.whl)" \
    && pip install --no-cache-dir "$wheel[cluster]" \
    && rm "$wheel"

RUN useradd --create-home worker
USER worker
WORKDIR /home/worker

# One thread a process: a process grades one submission at a time, in a lane of its own. Dask needs a
# folder that it may write to.
ENTRYPOINT ["dask", "worker", "--nworkers", "auto", "--nthreads", "1", "--no-dashboard", "--local-directory", "/tmp"]
