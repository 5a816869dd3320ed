# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see release.sh
#
# What is in the binaries: which Debian packages the files come from that the linker took (its map says so) and the compiler read
# (its lists of headers say so).

# linked_files ARCHITECTURE: archives and objects of which something is in the binary.
linked_files() {
  sed -nE 's/^ *[0-9a-f]+ +[0-9a-f]+ +[0-9a-f]+ +[0-9]+ +(\/[^(:]+)(\([^)]*\))?:\(.*/\1/p' "${build[$1]}/controller/regcred-controller.map" |
    sort -u
}

# headers ARCHITECTURE: what the files of controller/ were compiled with, without those of the project.
headers() {
  ninja -C "${build[$1]}" -t deps | awk '/^[^ ]/ {ours = /^controller\//} ours && /^ +\// {print $1}' | sort -u |
    { grep -vF "$PWD/controller/" || true; } | { grep -vF "$PWD/${build[$1]}/" || true; }
}

# packages_of_machine: for each file that it reads, the package and its facts. Debian's packages know a file either in /usr/lib or
# in /lib, which is the same folder.
packages_of_machine() {
  local file owner
  xargs --no-run-if-empty realpath --canonicalize-missing --no-symlinks | sort -u > "$work/files"
  : > "$work/owners"
  xargs --no-run-if-empty dpkg-query --search < "$work/files" > "$work/found" 2> /dev/null || true
  sed -n 's/^.*: //p' "$work/found" | sort -u | comm -13 - "$work/files" > "$work/missed"
  while read -r file; do
    [[ $file == /usr/* ]] && file=${file#/usr} || file=/usr$file
    owner=$(dpkg-query --search "$file" 2> /dev/null) || die "no package holds $file, which the binary is made of"
    echo "$owner" >> "$work/found"
  done < "$work/missed"
  # shellcheck disable=SC2016 # dpkg's variables
  sed 's/: .*//; s/, /\n/g' "$work/found" | sort -u |
    xargs --no-run-if-empty dpkg-query --show --showformat '${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n'
}

# packages_of_sysroot: the same for files of build/sysroot/arm64; what is elsewhere, such as the compiler's headers, is the machine's.
packages_of_sysroot() {
  local root=$PWD/build/sysroot/arm64
  xargs --no-run-if-empty realpath --canonicalize-missing --no-symlinks | sort -u > "$work/all-files"
  sed -n "s|^$root/|/|p" "$work/all-files" > "$work/sysroot-files"
  awk -F '\t' 'NR == FNR {wanted[$0] = 1; next} $1 in wanted {print $2; delete wanted[$1]}
    END {for (file in wanted) {print "release: no package holds " file > "/dev/stderr"; failed = 1} exit failed}' \
    "$work/sysroot-files" "$root/files.tsv" | sort -u > "$work/owners"
  awk -F '\t' 'NR == FNR {wanted[$0] = 1; next} $1 in wanted' "$work/owners" "$root/packages.tsv"
  sed "\|^$root/|d" "$work/all-files" | packages_of_machine
}

# of_architecture ARCHITECTURE LIST: packages of the files in LIST.
of_architecture() { if [ "$1" = amd64 ]; then packages_of_machine < "$2"; else packages_of_sysroot < "$2"; fi; }

# find_components: for each architecture a table: package, version, architecture, source package, its version, what is taken of it
# (linked or headers), its licence.
find_components() {
  local architecture unknown
  for architecture in "${architectures[@]}"; do
    linked_files "$architecture" > "$work/linked"
    headers "$architecture" > "$work/headers"
    if [ ! -s "$work/linked" ] || [ ! -s "$work/headers" ]; then
      die "${build[$architecture]} does not tell what the binary is made of: build it again"
    fi
    of_architecture "$architecture" "$work/linked" > "$work/linked-packages"
    of_architecture "$architecture" "$work/headers" > "$work/header-packages"
    {
      sed 's/$/\tlinked/' "$work/linked-packages"
      sed 's/$/\theaders/' "$work/header-packages"
    } | sort -t $'\t' -k 1,1 -k 6,6r | awk -F '\t' '!seen[$1]++' > "$work/components"
    unknown=$(cut -f 4 "$work/components" | sort -u | comm -23 - <(cut -f 1 deploy/release/licenses.tsv))
    [ -z "$unknown" ] || die "deploy/release/licenses.tsv has no licence of ${unknown//$'\n'/, }"
    awk -F '\t' -v OFS='\t' 'NR == FNR {license[$1] = $2; next} {print $0, license[$4]}' deploy/release/licenses.tsv "$work/components" \
      > "$work/components.$architecture.tsv"
  done
  compare_architectures
}

# The architectures of a tagged release have the same libraries, those that apt offers now.
compare_architectures() {
  local different
  different=$(cut -f 1,2 "$work"/components.*.tsv | sed -E 's/\+b[0-9]+$//' | sort -u | cut -f 1 | uniq -d | xargs)
  [ -n "$different" ] || return 0
  say "not the same version for all architectures: $different. What to do: 'apt-get upgrade', and build again"
  [ -z "$(git tag --points-at HEAD --list "v$version")" ] || die 'such a release is not made'
}

# The licences of what is in the binaries, of those that ask for it.
write_notices() {
  local source package
  {
    printf 'The programs of regcred %s contain parts of the following software.\n' "$version"
    while IFS=$'\t' read -r source license notice; do
      package=$(cut -f 1,4 "$work"/components.*.tsv | awk -F '\t' -v source="$source" '$2 == source {print $1; exit}')
      if [ "$notice" != notice ] || [ -z "$package" ]; then continue; fi
      printf '\n%s\n%s (%s)\n%s\n\n' "${line:=$(printf '=%.0s' {1..78})}" "$source" "$license" "$line"
      cat "/usr/share/doc/$package/copyright"
    done < deploy/release/licenses.tsv
  } > "$dist/THIRD-PARTY-NOTICES.txt"
}
