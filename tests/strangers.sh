#!/bin/sh
# Other people's tools on a folder of certificates: root.pem, crl.pem, NNN.pdf and NNN.json (the records); with time.pem also
# their time stamps.
#
#   tests/strangers.sh DIR [JIANDING]
#
# With the program's path it is asked too, as a stranger would: offline, with the root as the only trust.#
# Needs poppler-utils, qpdf, zbar-tools, pyHanko with its command line, python3. Says what failed; exit status 0 when
# every tool accepts every certificate and refuses every altered one.
set -eu
folder=$(cd "$1" && pwd)
work=$(mktemp -d)
program=${2:-}
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
    echo "FAILED $1: $2" >&2
    failures=$((failures + 1))
}

cat > "$work/trust.yml" <<END
validation-contexts:
  exam:
    trust:
      - $folder/root.pem
$([ ! -f "$folder/time.pem" ] || echo "      - $folder/time.pem")
    trust-replace: true
END

pyhanko_says() {
    pyhanko --config "$work/trust.yml" sign validate --validation-context exam --no-revocation-check \
        --executive-summary "$1" 2>/dev/null || true
}

pyhanko_at_length() {
    pyhanko --config "$work/trust.yml" sign validate --validation-context exam --no-revocation-check --pretty-print "$1" 2>/dev/null || true
}

# The PAdES profile: chain and revocation as they stand in the file.
pyhanko_pades() {
    pyhanko --config "$work/trust.yml" sign adesverify --validation-context exam "$1" 2>/dev/null || true
}

entry() {
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$1" "$2"
}

# Adds one to the byte in the middle of the file; then to a byte of the signature's value.
alter() {
    python3 - "$1" "$2" "$3" <<'END'
import re, sys
source, target, where = sys.argv[1:]
data = bytearray(open(source, "rb").read())
if where == "middle":
    data[len(data) // 2] ^= 1
else:
    hole = re.search(rb"/Contents<([0-9A-F]+?)0{64,}>", data)
    at = hole.end(1) - 12
    data[at] = ord("1") if data[at] != ord("1") else ord("2")
open(target, "wb").write(data)
END
}

accepted() {
    pdf=$1
    record=${pdf%.pdf}.json
    name=$(basename "$pdf")
    pdfsig -nocert "$pdf" > "$work/pdfsig" 2>&1 || true
    grep -q 'Signature Validation: Signature is Valid.' "$work/pdfsig" || fail "$name" "pdfsig: signature"
    grep -q 'Total document signed' "$work/pdfsig" || fail "$name" "pdfsig: not the whole document"
    grep -q 'ETSI.CAdES.detached' "$work/pdfsig" || fail "$name" "pdfsig: type"
    if [ -n "$program" ]; then
        "$program" certificate verify "$pdf" --trust "$folder/root.pem" > /dev/null || fail "$name" "ours"
    fi
    pyhanko_says "$pdf" | grep -q ':VALID' || fail "$name" "pyHanko"
    pyhanko_pades "$pdf" > "$work/pades"
    grep -q ':INTACT:TRUSTED' "$work/pades" || fail "$name" "pyHanko, PAdES with the revocation data inside"
    if [ -f "$folder/time.pem" ]; then
        pyhanko_at_length "$pdf" | grep -q 'The TSA certificate is trusted.' || fail "$name" "pyHanko, time stamp"
    fi
    qpdf --check "$pdf" > /dev/null 2>&1 || fail "$name" "qpdf --check"
    pdfdetach -list "$pdf" 2>/dev/null | grep -q 'credential.json' || fail "$name" "no credential inside"
    pdffonts "$pdf" 2>/dev/null | tail -n +3 | awk '$(NF-4) != "yes" || $(NF-3) != "yes" || $(NF-2) != "yes" { bad = 1 } END { exit bad }' ||
        fail "$name" "a font is not embedded, not a subset or without Unicode"
    # Long names may stand on two lines: blanks are not compared.
    pdftotext -layout "$pdf" "$work/text" && tr -d ' \n\f\r' < "$work/text" > "$work/joined"
    pdftotext -raw "$pdf" - | tr -d ' \n\f\r' >> "$work/joined"
    for field in name citizen_id number occupation issuer title; do
        wanted=$(entry "$record" "$field" | tr -d ' ')
        grep -qF -- "$wanted" "$work/joined" || fail "$name" "text: $field"
    done
    pdftoppm -r 300 -png -singlefile "$pdf" "$work/page"
    code=$(zbarimg -q --raw -Sdisable -Sqrcode.enable "$work/page.png" 2>/dev/null || true)
    pdfdetach -save 1 -o "$work/credential.json" "$pdf" > /dev/null 2>&1
    [ -n "$code" ] && [ "$code" = "$(entry "$work/credential.json" statement)" ] || fail "$name" "QR code"
}

refused() {
    name=$(basename "$1")
    for where in middle signature; do
        alter "$1" "$work/altered.pdf" "$where"
        if [ -n "$program" ] &&
            "$program" certificate verify "$work/altered.pdf" --trust "$folder/root.pem" > /dev/null 2>&1; then
            fail "$name" "ours accepts it altered ($where)"
        fi
        # Where there is a time stamp, the last bytes are its own, and pdfsig does not look at it.
        if [ "$where" = signature ] && [ -f "$folder/time.pem" ]; then
            continue
        fi
        if pdfsig -nocert "$work/altered.pdf" 2>&1 | grep -q 'Signature is Valid.'; then
            fail "$name" "pdfsig accepts it altered ($where)"
        fi
        if pyhanko_says "$work/altered.pdf" | grep -q ':VALID'; then
            fail "$name" "pyHanko accepts it altered ($where)"
        fi
    done
}

count=0
for pdf in "$folder"/[0-9]*.pdf; do
    accepted "$pdf"
    count=$((count + 1))
    [ "$count" -gt 3 ] || refused "$pdf"
done
[ "$count" -gt 0 ] || { echo "no certificates in $folder" >&2; exit 2; }
echo "$count certificates, $failures failures"
[ "$failures" -eq 0 ]
