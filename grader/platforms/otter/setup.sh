
# The grader itself: a wheel in this archive, under a name that otter copies before it runs this.
cp AUTOGRADER_ROOT/source/requirements.softmax-grader.whl /tmp/WHEEL_NAME
mamba run -n otter-env pip install /tmp/WHEEL_NAME
# For the wall around learners' code; without bubblewrap the tier seccomp is used.
apt-get install -y libseccomp2 bubblewrap || true
