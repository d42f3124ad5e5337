#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
#
# Generates valid and invalid server certificates of every kind: make_certificates.sh FOLDER
# For each row of `leafs` and `chains` below, it writes to FOLDER
#   <name>.pem    what the server sends: its certificate and the intermediate ones, in order
#   <name>.key    its private key
# for each row of `authorities` <name>.crt; the trusted one is root.crt, unless the row names
# another. Prints the names of the leafs and chains. Needs the openssl command, 3.0 or newer.
#
# Every date is fixed: valid certificates are valid from 2020 to 2120. The keys are new in each run, and never
# committed; tests/vectors/certificates contains certificates of one run:
#   make_certificates.sh /tmp/pki && cp /tmp/pki/vectors/*.pem tests/vectors/certificates
set -euo pipefail

# ---- the rows -------------------------------------------------------------------------------------

# "more" lists extensions in openssl's syntax, keyword=value;... which replace the default of that
# keyword; an empty value omits it. -digest=..., -pss=SALT, -mask=... are for the signature and the names.

# name                        key       issuer                    dates    more
authorities='
root                          ec4       -                         valid
old_root                      rsa_ca    -                         valid
other_root                    ec5       -                         valid
expired_root                  ec7       -                         expired
new_root                      ec6       -                         valid
new_root_expired              ec6       -                         expired  -subject=new_root
future_root                   ec7       -                         future
constrained_root              ec7       -                         valid    nameConstraints=permitted;DNS:good.test
critical_root                 ec7       -                         valid    1.2.3.4.5=critical,DER:0500
crl_root                      ec7       -                         valid    keyUsage=critical,cRLSign
not_ca_root                   ec7       -                         valid    basicConstraints=critical,CA:FALSE
v3_root                       ec7       -                         valid    basicConstraints=;keyUsage=
v1_root                       ec7       -                         valid    -v1
email_root                    ec7       -                         valid    extendedKeyUsage=emailProtection
server_root                   ec7       -                         valid    extendedKeyUsage=serverAuth
pathlen_root                  ec7       -                         valid    basicConstraints=critical,CA:TRUE,pathlen:0
pathlen_root_intermediate     ec3       pathlen_root              valid
rsa_1024_root                 rsa1024   -                         valid
large_exponent_root           rsa_2e33  -                         valid
twin_root                     ec7       -                         valid
twin_root_expired             ec7       -                         expired  -subject=twin_root
twin_root_constrained         ec7       -                         valid    -subject=twin_root;nameConstraints=permitted;DNS:good.test
twin_root_other               ec8       -                         valid    -subject=twin_root
twin_root_other_expired       ec8       -                         expired  -subject=twin_root
twin_root_third               ec5       -                         valid    -subject=twin_root
intermediate                  ec2       root                      valid
rsa_intermediate              rsa_ca    root                      valid
other_intermediate            ec3       other_root                valid
expired_root_intermediate     ec3       expired_root              valid
intermediate_expired_ca       ec3       root                      expired
intermediate_not_ca_ca        ec3       root                      valid    basicConstraints=critical,CA:FALSE
pathlen_ca                    ec3       root                      valid    basicConstraints=critical,CA:TRUE,pathlen:0
below_pathlen_ca              ec2       pathlen_ca                valid
sha1_intermediate_ca          ec3       root                      valid    -digest=sha1
constrained_critical_ca       ec3       root                      valid    nameConstraints=critical,permitted;DNS:good.test
constrained_noncritical_ca    ec3       root                      valid    nameConstraints=permitted;DNS:good.test
constrained_elsewhere_ca      ec3       root                      valid    nameConstraints=permitted;DNS:other.test
cross_new_root                ec6       old_root                  valid    -subject=new_root
cross_new_root_expired        ec6       old_root                  expired  -subject=new_root
new_intermediate              ec2       new_root                  valid
email_ca                      ec3       root                      valid    extendedKeyUsage=emailProtection
client_ca                     ec3       root                      valid    extendedKeyUsage=clientAuth
server_ca                     ec3       root                      valid    extendedKeyUsage=clientAuth,serverAuth
any_purpose_ca                ec3       root                      valid    extendedKeyUsage=anyExtendedKeyUsage
below_email_ca                ec2       email_ca                  valid
large_exponent_ca             rsa_2e33  root                      valid
ed25519_intermediate          ed25519   root                      valid
printable_ca                  ec3       root                      valid    -subject=string-type-ca;-mask=default
utf8_ca                       ec3       root                      valid    -subject=string-type-ca
'

# The host is good.test, unless "more" has other alternative names.
# name                        key       issuer                    dates    alt_names                      more
leafs='
good                          ec        intermediate              valid    DNS:good.test,DNS:localhost,IP:127.0.0.1,IP:::1
good_rsa                      rsa2048   rsa_intermediate          valid    DNS:good.test,DNS:localhost,IP:127.0.0.1,IP:::1
good_sibling                  ec8       intermediate              valid    DNS:good.test
expired                       ec        intermediate              expired  DNS:good.test
not_yet_valid                 ec        intermediate              future   DNS:good.test
wrong_host                    ec        intermediate              valid    DNS:other.test
wildcard                      ec        intermediate              valid    DNS:*.example.test
wildcard_top_level            ec        intermediate              valid    DNS:*.test
wildcard_alone                ec        intermediate              valid    DNS:*
wildcard_partial              ec        intermediate              valid    DNS:w*.example.test
wildcard_double               ec        intermediate              valid    DNS:*.*.example.test
wildcard_over_ip              ec        intermediate              valid    DNS:*.0.0.1
upper_case                    ec        intermediate              valid    DNS:GOOD.TEST
trailing_dot                  ec        intermediate              valid    DNS:good.test.
cn_only                       ec        intermediate              valid    -                              -subject=good.test
cn_wildcard_only              ec        intermediate              valid    -                              -subject=*.example.test
cn_ok_san_other               ec        intermediate              valid    DNS:other.test                 -subject=good.test
cn_ok_san_email               ec        intermediate              valid    email:me@good.test             -subject=good.test
ip_san                        ec        intermediate              valid    IP:127.0.0.1,IP:::1
ip_in_dns_san                 ec        intermediate              valid    DNS:127.0.0.1
ip_in_cn                      ec        intermediate              valid    -                              -subject=127.0.0.1
nul_in_san                    ec        intermediate              valid    DER:30168214676F6F642E74657374002E6576696C2E74657374
long_san_first                ec        intermediate              valid    DNS:@long.test,DNS:good.test
self_signed                   ec        -                         valid    DNS:good.test,IP:127.0.0.1
self_signed_renewed           ec        -                         valid    DNS:good.test,IP:127.0.0.1     -subject=self_signed
self_signed_expired           ec        -                         expired  DNS:good.test,IP:127.0.0.1
self_signed_ca                ec        -                         valid    DNS:good.test,IP:127.0.0.1     basicConstraints=critical,CA:TRUE;keyUsage=critical,digitalSignature,keyCertSign
untrusted_root                ec        other_intermediate        valid    DNS:good.test
expired_root_leaf             ec        expired_root_intermediate valid    DNS:good.test
future_root_leaf              ec        future_root               valid    DNS:good.test
constrained_root_leaf         ec        constrained_root          valid    DNS:good.test
critical_root_leaf            ec        critical_root             valid    DNS:good.test
not_ca_root_leaf              ec        not_ca_root               valid    DNS:good.test
v3_root_leaf                  ec        v3_root                   valid    DNS:good.test
v1_root_leaf                  ec        v1_root                   valid    DNS:good.test
crl_root_leaf                 ec        crl_root                  valid    DNS:good.test
email_root_leaf               ec        email_root                valid    DNS:good.test
server_root_leaf              ec        server_root               valid    DNS:good.test
pathlen_root_leaf             ec        pathlen_root              valid    DNS:good.test
pathlen_root_violated         ec        pathlen_root_intermediate valid    DNS:good.test
rsa_1024_root_leaf            ec        rsa_1024_root             valid    DNS:good.test
large_exponent_root_leaf      ec        large_exponent_root       valid    DNS:good.test
twin                          ec        twin_root                 valid    DNS:good.test                  authorityKeyIdentifier=none
twin_with_key_id              ec        twin_root                 valid    DNS:good.test                  authorityKeyIdentifier=keyid:always
twin_of_the_third             ec        twin_root_third           valid    DNS:good.test                  authorityKeyIdentifier=keyid:always
intermediate_expired          ec        intermediate_expired_ca   valid    DNS:good.test
intermediate_not_ca           ec        intermediate_not_ca_ca    valid    DNS:good.test
pathlen_violated              ec        below_pathlen_ca          valid    DNS:good.test
rsa_1024                      rsa1024   intermediate              valid    DNS:good.test
largest_exponent              rsa_2e32  intermediate              valid    DNS:good.test
large_exponent                rsa_2e33  intermediate              valid    DNS:good.test
large_exponent_issuer         ec        large_exponent_ca         valid    DNS:good.test
rsa_4096                      rsa4096   intermediate              valid    DNS:good.test
rsa_8192                      rsa8192   intermediate              valid    DNS:good.test
ec_p384                       p384      intermediate              valid    DNS:good.test
ec_p521                       p521      intermediate              valid    DNS:good.test
ed25519_key                   ed25519   intermediate              valid    DNS:good.test
ed25519_signed                ec        ed25519_intermediate      valid    DNS:good.test
pss_key                       pss       intermediate              valid    DNS:good.test
pss_signed                    ec        rsa_intermediate          valid    DNS:good.test                  -pss=digest
pss_long_salt                 ec        rsa_intermediate          valid    DNS:good.test                  -pss=max
sha1                          ec        intermediate              valid    DNS:good.test                  -digest=sha1
md5                           ec        rsa_intermediate          valid    DNS:good.test                  -digest=md5
sha384                        ec        intermediate              valid    DNS:good.test                  -digest=sha384
sha512                        ec        rsa_intermediate          valid    DNS:good.test                  -digest=sha512
sha1_intermediate             ec        sha1_intermediate_ca      valid    DNS:good.test
eku_client                    ec        intermediate              valid    DNS:good.test                  extendedKeyUsage=clientAuth
eku_server_critical           ec        intermediate              valid    DNS:good.test                  extendedKeyUsage=critical,serverAuth
eku_none                      ec        intermediate              valid    DNS:good.test                  extendedKeyUsage=
eku_any                       ec        intermediate              valid    DNS:good.test                  extendedKeyUsage=anyExtendedKeyUsage
eku_email_issuer              ec        email_ca                  valid    DNS:good.test
eku_client_issuer             ec        client_ca                 valid    DNS:good.test
eku_server_issuer             ec        server_ca                 valid    DNS:good.test
eku_any_issuer                ec        any_purpose_ca            valid    DNS:good.test
eku_email_above_its_issuer    ec        below_email_ca            valid    DNS:good.test
unknown_critical              ec        intermediate              valid    DNS:good.test                  1.2.3.4.5=critical,DER:0500
no_digital_signature          ec        intermediate              valid    DNS:good.test                  keyUsage=critical,keyAgreement
name_constraints_critical     ec        constrained_critical_ca   valid    DNS:good.test
name_constraints_noncritical  ec        constrained_noncritical_ca valid   DNS:good.test
name_constraints_violated     ec        constrained_elsewhere_ca  valid    DNS:good.test
v1                            ec        intermediate              valid    -                              -subject=good.test;-v1
san_3000                      ec        intermediate              valid    DNS:@3000,DNS:good.test
san_10000                     ec        intermediate              valid    DNS:@10000,DNS:good.test
chain_7                       ec        chain_ca_6                valid    DNS:good.test
chain_8                       ec        chain_ca_7                valid    DNS:good.test
chain_12                      ec        chain_ca_11               valid    DNS:good.test
chain_100                     ec        chain_ca_99               valid    DNS:good.test
string_type_leaf              ec        utf8_ca                   valid    DNS:good.test
cross_signed_leaf             ec        new_intermediate          valid    DNS:good.test
'

# The chain sent is not always the path from issuer to issuer. The first is the leaf.
# name                        certificates, in order
chains='
missing_intermediate          good
root_sent                     good intermediate root
constrained_root_sent         constrained_root_leaf constrained_root
wrong_order                   good root intermediate
unrelated_sent                good other_intermediate intermediate
leaf_twice                    good good intermediate
other_key                     good_sibling intermediate
string_type_differs           string_type_leaf printable_ca
cross_signed                  cross_signed_leaf new_intermediate cross_new_root
cross_signed_expired          cross_signed_leaf new_intermediate cross_new_root_expired
'

# Committed: see above.
vectors='root intermediate good good_rsa cn_only ec_p384 ec_p521 ed25519_key eku_client intermediate_not_ca_ca
constrained_critical_ca md5 nul_in_san pss_signed rsa_1024 sha1 unknown_critical v1 wildcard'

# ---- generation -----------------------------------------------------------------------------------

[ $# -eq 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
mkdir -p "$1"
cd "$1"
rm -rf -- scratch vectors
mkdir scratch vectors
exec 3>&2 2>scratch/log
trap '[ $? -eq 0 ] || tail -n 5 scratch/log >&3' EXIT
export OPENSSL_CONF="$PWD/scratch/openssl.cnf"

write_config() {
    cat <<'END'
[req]
distinguished_name = nothing
[nothing]
END
    local mask
    for mask in utf8only default; do
        cat <<END
[ca_$mask]
database = scratch/index.txt
new_certs_dir = scratch
rand_serial = yes
unique_subject = no
policy = any_name
string_mask = $mask
END
    done
    cat <<'END'
[any_name]
organizationName = optional
commonName = optional
END
}

# Generates a key and the certificate request that openssl requires. With more primes, a key is generated
# faster, and the certificate is equally suitable.
make_key() {
    local name=$1
    shift
    openssl genpkey "$@" -out "scratch/$name.key"
    openssl req -new -key "scratch/$name.key" -subj /CN=request -out "scratch/$name.csr"
}

make_keys() {
    local name
    for name in ec ec2 ec3 ec4 ec5 ec6 ec7 ec8; do
        make_key $name -algorithm EC -pkeyopt ec_paramgen_curve:P-256
    done
    make_key p384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384
    make_key p521 -algorithm EC -pkeyopt ec_paramgen_curve:P-521
    make_key ed25519 -algorithm ED25519
    make_key rsa1024 -algorithm RSA -pkeyopt rsa_keygen_bits:1024
    make_key rsa2048 -algorithm RSA -pkeyopt rsa_keygen_bits:2048
    make_key rsa_ca -algorithm RSA -pkeyopt rsa_keygen_bits:2048
    # The largest prime below 2^32 as public exponent, and the next one.
    make_key rsa_2e32 -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:4294967291
    make_key rsa_2e33 -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:4294967311
    make_key rsa4096 -algorithm RSA -pkeyopt rsa_keygen_bits:4096 -pkeyopt rsa_keygen_primes:4
    make_key rsa8192 -algorithm RSA -pkeyopt rsa_keygen_bits:8192 -pkeyopt rsa_keygen_primes:5
    make_key pss -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048
}

declare -A key_of issuer_of options extensions

# "more" into `options` (what begins with "-") and `extensions`. A ";" within a value of nameConstraints
# is kept: it is not followed by a keyword and "=".
read_more() {
    local part keyword='' rest=$1
    local -a parts
    IFS=';' read -ra parts <<<"$rest"
    for part in ${parts[@]+"${parts[@]}"}; do
        case $part in
            -*) options[${part%%=*}]=${part#*=} ;;
            *=*) keyword=${part%%=*}; extensions[$keyword]=${part#*=} ;;
            *) extensions[$keyword]+=";$part" ;;
        esac
    done
}

# Expands DNS:@3000 to 3000 names, and DNS:@long.test to a name of more than 250 characters.
expand_alt_names() {
    local text=$1 count label
    if [[ $text =~ DNS:@([0-9]+) ]]; then
        count=${BASH_REMATCH[1]}
        text=${text/DNS:@$count/$(seq -f 'DNS:host-%05g.example.test' -s, 1 "$count")}
    fi
    label=$(printf 'x%.0s' {1..61})
    printf '%s' "${text/@long.test/$label.$label.$label.$label.long}"
}

# issue NAME KEY ISSUER DATES, with `options` and `extensions`.
issue() {
    local name=$1 key=$2 issuer=$3 dates=$4 begin end keyword
    key_of[$name]=$key
    issuer_of[$name]=$issuer
    case $dates in
        valid) begin=20200101000000Z end=21200101000000Z ;;
        expired) begin=20010101000000Z end=20020101000000Z ;;
        future) begin=21190101000000Z end=21200101000000Z ;;
    esac
    local -a with=(-batch -notext -in "scratch/$key.csr" -out "$name.crt" -preserveDN
        -name "ca_${options[-mask]-utf8only}" -md "${options[-digest]-sha256}"
        -subj "/O=linnet/CN=${options[-subject]-$name}" -startdate $begin -enddate $end)
    if [ "$issuer" = - ]; then
        with+=(-selfsign -keyfile "scratch/$key.key")
    else
        with+=(-cert "$issuer.crt" -keyfile "scratch/${key_of[$issuer]}.key")
    fi
    if [ -n "${options[-pss]-}" ]; then
        with+=(-sigopt rsa_padding_mode:pss -sigopt "rsa_pss_saltlen:${options[-pss]}")
    fi
    if [ -z "${options[-v1]-}" ]; then
        for keyword in "${!extensions[@]}"; do
            [ -z "${extensions[$keyword]}" ] || echo "$keyword = ${extensions[$keyword]}"
        done >scratch/extensions
        with+=(-extfile scratch/extensions)
    fi
    openssl ca "${with[@]}" >>scratch/log
}

make_authority() {
    options=()
    extensions=([basicConstraints]=critical,CA:TRUE [keyUsage]=critical,keyCertSign,cRLSign
        [subjectKeyIdentifier]=hash)
    read_more "${5-}"
    issue "$1" "$2" "$3" "$4"
}

make_leaf() {
    options=()
    extensions=([basicConstraints]=CA:FALSE [keyUsage]=critical,digitalSignature
        [extendedKeyUsage]=serverAuth)
    [ "$5" = - ] || extensions[subjectAltName]=$(expand_alt_names "$5")
    read_more "${6-}"
    issue "$1" "$2" "$3" "$4"
}

# Prints the names of the certificates from a leaf up to, but not including, its root.
path_of() {
    local name=${issuer_of[$1]}
    echo "$1"
    while [ "$name" != - ] && [ "${issuer_of[$name]}" != - ]; do
        echo "$name"
        name=${issuer_of[$name]}
    done
}

# write_chain NAME LEAF...: the certificates that a server sends.
write_chain() {
    local name=$1
    shift
    cat "${@/%/.crt}" >"$name.pem"
    cp "scratch/${key_of[$1]}.key" "$name.key"
    echo "$name"
}

rows() { sed '/^$/d' <<<"$1"; }

main() {
    write_config >scratch/openssl.cnf
    : >scratch/index.txt
    make_keys
    local name key issuer dates alt_names more parts i
    while read -r name key issuer dates more; do
        make_authority "$name" "$key" "$issuer" "$dates" "$more"
    done < <(rows "$authorities")
    for i in $(seq 1 99); do
        issuer=$([ "$i" = 1 ] && echo root || echo "chain_ca_$((i - 1))")
        make_authority "chain_ca_$i" "$([ $((i % 2)) = 1 ] && echo ec2 || echo ec3)" "$issuer" valid
    done
    while read -r name key issuer dates alt_names more; do
        make_leaf "$name" "$key" "$issuer" "$dates" "$alt_names" "$more"
        # shellcheck disable=SC2046
        write_chain "$name" $(path_of "$name")
    done < <(rows "$leafs")
    while read -r name parts; do
        # shellcheck disable=SC2086
        write_chain "$name" $parts
    done < <(rows "$chains")
    for name in $vectors; do cp "$name.crt" "vectors/$name.pem"; done
    rm -rf scratch
}

main
