# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see release.sh
#
# The Debian packages: the binary, which is the plugin of kubectl too, with manual pages and completion.

# compress: as Debian wants documents.
compress() { gzip --best --no-name; }

# write_control ARCHITECTURE FOLDER
write_control() {
  local size sources
  size=$(find "$2" -type f -printf '%s\n' | awk '{sum += int(($1 + 1023) / 1024)} END {print sum}')
  sources=$(awk -F '\t' '$6 == "linked" {print $4 " (= " $5 ")"}' "$work/components.$1.tsv" | sort -u | paste -s -d , | sed 's/,/, /g')
  mkdir "$2/DEBIAN"
  cat > "$2/DEBIAN/control" << END
Package: regcred-controller
Version: $debian_version
Architecture: $1
Maintainer: The regcred authors <authors@regcred.dev>
Installed-Size: $size
Built-Using: $sources
Section: admin
Priority: optional
Homepage: $repository
$(cat deploy/debian/description)
END
  (cd "$2" && find usr -type f -print0 | sort -z | xargs -0 md5sum) > "$2/DEBIAN/md5sums"
}

# write_documents FOLDER
write_documents() {
  local documents=$1/usr/share/doc/regcred-controller
  mkdir -p "$documents" "$1/usr/share/lintian/overrides"
  compress < "$dist/RELEASE-NOTES.md" > "$documents/RELEASE-NOTES.md.gz"
  printf 'regcred-controller (%s) unstable; urgency=medium\n\n  * Version %s: see RELEASE-NOTES.md.gz.\n\n -- The regcred authors <authors@regcred.dev>  %s\n' \
    "$debian_version" "$version" "$(date --utc --rfc-email --date "@$time")" | compress > "$documents/changelog.gz"
  cp deploy/debian/copyright "$documents/copyright"
  compress < "$dist/THIRD-PARTY-NOTICES.txt" > "$documents/THIRD-PARTY-NOTICES.gz"
  cp deploy/debian/lintian-overrides "$1/usr/share/lintian/overrides/regcred-controller"
}

# write_pages FOLDER: the options are those that --help lists; amd64's stand for both.
write_pages() {
  local pages=$1/usr/share/man/man1 page
  mkdir -p "$pages"
  for page in regcred-controller kubectl-regcred; do
    deploy/debian/manual-page.sh "$page" "$(binary amd64)" "$version" "$created" | compress > "$pages/$page.1.gz"
  done
  ln -s kubectl-regcred.1.gz "$pages/kubectl_complete-regcred.1.gz"
}

# write_package ARCHITECTURE
write_package() {
  local folder=$work/package-$1
  mkdir -p "$folder"/usr/{bin,share/bash-completion/completions}
  install -m 0755 "$(binary "$1")" "$folder/usr/bin/regcred-controller"
  ln -s regcred-controller "$folder/usr/bin/kubectl-regcred"
  install -m 0755 deploy/debian/kubectl_complete-regcred "$folder/usr/bin/"
  install -m 0644 deploy/debian/completion.bash "$folder/usr/share/bash-completion/completions/regcred-controller"
  write_documents "$folder"
  write_pages "$folder"
  write_control "$1" "$folder"
  # One thread: several write other blocks.
  dpkg-deb --root-owner-group -Zxz --threads-max=1 --build "$folder" "$dist/regcred-controller_${version}_$1.deb" > /dev/null
}

write_packages() {
  local architecture
  for architecture in "${architectures[@]}"; do write_package "$architecture"; done
}
