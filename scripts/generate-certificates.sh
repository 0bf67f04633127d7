#!/usr/bin/env bash
# Makes test/fixtures/certificates/ anew with OpenSSL 3: certificates in DER, and beside each what `openssl x509` says
# of it. Keys are made for the moment and thrown away, so that every run gives other certificates.
set -euo pipefail
cd "$(dirname "$0")/.."

out=$PWD/test/fixtures/certificates
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
cd "$work"

# describe NAME: NAME.pem as DER, and its text.
describe() {
  openssl x509 -in "$1.pem" -outform DER -out "$out/$1.der"
  {
    openssl x509 -in "$1.pem" -noout -serial -subject -issuer -startdate -enddate -dateopt iso_8601 \
      -nameopt RFC2253,utf8,-esc_msb
    openssl x509 -in "$1.pem" -noout -fingerprint -sha1
    openssl x509 -in "$1.pem" -noout -fingerprint -sha256
    openssl x509 -in "$1.pem" -noout -text -nameopt RFC2253,utf8,-esc_msb -certopt no_sigdump
  } > "$out/$1.txt"
}

# selfSigned NAME SUBJECT OPTIONS...: a certificate of a key that the options say.
selfSigned() {
  local name=$1 subject=$2
  shift 2
  openssl req -x509 -utf8 -nodes -keyout "$name.key" -out "$name.pem" -subj "$subject" -multivalue-rdn "$@" 2> /dev/null
  describe "$name"
}

ec=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1)

cat > names.cnf << 'EOF'
[req]
distinguished_name = none
x509_extensions = names
[none]
[names]
subjectAltName = @alt
keyUsage = critical, digitalSignature, keyEncipherment, keyAgreement, decipherOnly
extendedKeyUsage = serverAuth, clientAuth, 1.3.6.1.4.1.311.10.3.3
basicConstraints = critical, CA:FALSE
[alt]
DNS.1 = www.example.test
DNS.2 = *.example.test
IP.1 = 192.0.2.10
IP.2 = 2001:db8:0:0:1::10
email.1 = hostmaster@example.test
URI.1 = https://example.test/path
RID.1 = 1.2.3.4.5
dirName.1 = directory
otherName.1 = 1.2.3.4;UTF8:other
[directory]
C = ZZ
CN = A Directory
[bmp]
string_mask = MASK:2048
distinguished_name = none
[none]
EOF

# Every form of alternative name; a subject with characters to escape, others than ASCII, and a part with two attributes.
selfSigned rsa-2048-names '/C=ZZ/ST=Some, State/L=Köln/O= Example "Org" \+ Sons; <Ltd>\\/OU=#1/CN=www.example.test+UID=7' \
  -newkey rsa:2048 -config names.cnf -days 825
selfSigned ec-p256-ca '/O=Example/CN=Example CA' "${ec[@]}" -days 3650 -addext 'basicConstraints=critical,CA:TRUE,pathlen:1' \
  -addext 'keyUsage=critical,keyCertSign,cRLSign'
selfSigned ec-p384 /CN=p384.example.test -newkey ec -pkeyopt ec_paramgen_curve:secp384r1 -days 10 -sha384
selfSigned ec-p521 /CN=p521.example.test -newkey ec -pkeyopt ec_paramgen_curve:secp521r1 -days 10 -sha512
selfSigned ec-secp256k1 /CN=k1.example.test -newkey ec -pkeyopt ec_paramgen_curve:secp256k1 -days 10
selfSigned rsa-1024-sha1 /CN=old.example.test -newkey rsa:1024 -sha1 -days 10
selfSigned rsa-3072-pss /CN=pss.example.test -newkey rsa:3072 -sha256 -sigopt rsa_padding_mode:pss -days 10
selfSigned ed25519 /CN=ed25519.example.test -newkey ed25519 -days 10
selfSigned ed448 /CN=ed448.example.test -newkey ed448 -days 10
# A time that needs four digits for its year, RFC 5280 section 4.1.2.5.
selfSigned after-2049 /CN=late.example.test "${ec[@]}" -days 20000
selfSigned negative-serial /CN=negative.example.test "${ec[@]}" -days 10 -set_serial -0x1234
selfSigned no-names / "${ec[@]}" -days 10
selfSigned bmp-string '/CN=Füße' "${ec[@]}" -days 10 -config <(sed -n '/\[bmp\]/,$p' names.cnf | sed 's/\[bmp\]/[req]/')
# An attribute type without a name, and controls in a value.
selfSigned unnamed-attribute $'/1.2.3.4.5.6=odd/CN=bell\a and line\nfeed' "${ec[@]}" -days 10

openssl dsaparam -out dsa.param 1024 2> /dev/null
selfSigned dsa-1024 /CN=dsa.example.test -newkey dsa:dsa.param -days 10

# A leaf of the authority above, and one of version 1, without extensions.
openssl req -new -nodes "${ec[@]}" -keyout leaf.key -out leaf.csr -subj '/CN=leaf.example.test' 2> /dev/null
openssl x509 -req -in leaf.csr -CA ec-p256-ca.pem -CAkey ec-p256-ca.key -CAcreateserial -days 90 -out ec-p256-leaf.pem \
  -extfile <(printf 'subjectAltName=DNS:leaf.example.test\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n') \
  2> /dev/null
describe ec-p256-leaf
openssl x509 -req -in leaf.csr -CA ec-p256-ca.pem -CAkey ec-p256-ca.key -days 90 -out version-1.pem 2> /dev/null
describe version-1

ls -l "$out"
