#!/bin/sh
# Brings the pinned front-end files in here from npm packages. Only needed to change a version: the files are
# committed, so nobody who runs or tests the product needs Node. Afterwards: write the new versions into README.md.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --ignore-scripts --no-audit --no-fund --no-save \
  bootstrap@5.3.9 bootstrap-icons@1.13.2 @fontsource/public-sans@5.3.0 @fontsource/source-serif-4@5.3.1 \
  signature_pad@5.1.4
cd node_modules

mkdir -p "$here/bootstrap" "$here/fonts" "$here/icons"
# without the source map comment: the map is not shipped, and hashed static files refuse a link to nothing
sed '/sourceMappingURL/d' bootstrap/dist/css/bootstrap.min.css > "$here/bootstrap/bootstrap.min.css"
cp bootstrap/LICENSE "$here/bootstrap/LICENSE"

mkdir -p "$here/signature-pad"
sed '/sourceMappingURL/d' signature_pad/dist/signature_pad.min.js > "$here/signature-pad/signature_pad.min.js"
cp signature_pad/LICENSE "$here/signature-pad/LICENSE"

for subset in latin latin-ext; do
  for face in 400-normal 600-normal 700-normal; do
    cp "@fontsource/public-sans/files/public-sans-$subset-$face.woff2" "$here/fonts/"
  done
  for face in 400-normal 400-italic 600-normal; do
    cp "@fontsource/source-serif-4/files/source-serif-4-$subset-$face.woff2" "$here/fonts/"
  done
done
cp @fontsource/public-sans/LICENSE "$here/fonts/LICENSE-public-sans"
cp @fontsource/source-serif-4/LICENSE "$here/fonts/LICENSE-source-serif-4"

# one sprite with the icons that are used; add a name here to use another
cp bootstrap-icons/LICENSE "$here/icons/LICENSE"
{
  echo '<svg xmlns="http://www.w3.org/2000/svg">'
  for name in check check-circle exclamation-triangle info-circle lock-fill; do
    sed -e "s|<svg[^>]*viewBox=\"\([^\"]*\)\"[^>]*>|<symbol id=\"$name\" viewBox=\"\1\">|" -e 's|</svg>|</symbol>|' \
      "bootstrap-icons/icons/$name.svg"
    echo
  done
  echo '</svg>'
} > "$here/icons/sprite.svg"
