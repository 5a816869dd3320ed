# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see run.sh
#
# The tutorial is run as it stands. What it shows must be what a reader sees.

tutorial=deploy/tutorial/README.md

# The reader's folder: the tutorial's files and the repository's; the registry has its name.
make_workplace() {
  rm -rf "$scratch/tutorial"
  mkdir -p "$scratch/tutorial"
  cp -r crds deploy "$scratch/tutorial/"
  cp deploy/tutorial/*.yaml deploy/tutorial/*.json "$scratch/tutorial/"
  { cat /etc/hosts && echo '127.0.0.1 registry.example.com'; } > "$scratch/hosts"
  mkdir -p "$scratch/.config/containers"
  printf '[[registry]]\nlocation = "registry.example.com"\ninsecure = true\n' > "$scratch/.config/containers/registries.conf"
}

# The names of hosts are the machine's, so they are changed in a mount namespace only.
run_tutorial() {
  make_workplace
  # shellcheck disable=SC2016 # for the inner shell
  cluster exec unshare --mount bash -euc 'mount --bind "$1/hosts" /etc/hosts
    export HOME=$1 PATH=$PWD/build/release/controller:$PATH
    exec tests/support/document.sh "$PWD/$2" "$1/tutorial"' tutorial "$scratch" "$tutorial" > "$scratch/tutorial.md"
}

tutorial_is_true() {
  run_tutorial
  diff --unified "$tutorial" "$scratch/tutorial.md" || {
    echo "The tutorial is not what a run shows. If the run is right: make tutorial"
    return 1
  }
}

tutorial_checks() { check 'the tutorial shows what a run of it shows' tutorial_is_true; }

# Not a check: writes the tutorial and its translations from the run.
rewrite_checks() {
  local translation
  run_tutorial
  cp "$scratch/tutorial.md" "$tutorial"
  for translation in "${tutorial%.md}".*.md; do
    tests/support/translation.sh "$tutorial" "$translation" > "$scratch/translation.md"
    cp "$scratch/translation.md" "$translation"
  done
  echo "$tutorial and its translations are written"
  exit
}
