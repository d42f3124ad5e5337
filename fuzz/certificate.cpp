// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Certificates and certificate chains. Input: the kind of the final bytes (a file; DER items; DER
// items whose lengths are corrected first), how they are cut, what is trusted, the time, the amount
// of memory; the host, or "name/host", to be compared; the numbers of the certificates that the
// server sends; then the bytes.
//
// Checks: PEM gives the same result in pieces and whole, and written PEM can be read again; every
// view lies within the certificate, and BearSSL's decoder agrees; names and details are UTF-8 that
// cannot control a terminal; a chain is accepted only for reasons that a second implementation
// confirms, and by signature only if a trusted key signed the leaf's signed part; the cause of a
// refusal is correct; exhausted memory loses nothing that was loaded before.
#include <sys/mman.h>

#include <algorithm>
#include <memory>

#include "chain_opinion.hpp"
#include "der_mending.hpp"
#include "known_certificates.hpp"
#include "tls/bearssl/signature_verifier.hpp"
#include "tls/bearssl/verifier.hpp"
#include "x509/host_name.hpp"
#include "x509/name.hpp"
#include "x509/name_match.hpp"
#include "x509/pem.hpp"

namespace linnet::fuzz {
namespace {

constexpr std::int64_t now_s = 1'795'392'000;  // 2026-11-23
constexpr std::int64_t day_s = 86'400;
constexpr std::size_t shown_max = 24;

bool lies_within(Bytes part, Bytes whole) {
    if (part.empty()) return true;
    return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

// ---- what is known ---------------------------------------------------------------------------

// TBSCertificate: the signed part.
std::string_view signed_part(Bytes der) {
    Bytes content;
    DerItem tbs;
    take_content(der, der::sequence, content);
    take_item(content, tbs);
    return text_of(tbs.whole);
}

bool was_signed(Bytes der) {
    const X509Certificate& all = Known::get().all;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (signed_part(all.der(i)) == signed_part(der)) return true;
    }
    return false;
}

// ---- PEM -------------------------------------------------------------------------------------

struct PemStory {
    std::string events;
    std::vector<std::string> ders;

    friend bool operator==(const PemStory&, const PemStory&) = default;
};

PemStory read_pem(Bytes text, Cuts cuts, std::size_t buffer_size) {
    ExactCopy buffer(buffer_size);
    PemReader reader(buffer.buffer());
    PemStory story;
    const auto note = [&](PemReader::Event event) {
        story.events += static_cast<char>('0' + static_cast<int>(event));
        if (event != PemReader::Event::certificate) return;
        require(lies_within(reader.der(), buffer.bytes()), "a decoded value lies in the buffer");
        story.ders.emplace_back(text_of(reader.der()));
    };
    cuts.for_each_piece(text, [&](Bytes rest) {
        for (PemReader::Event event; (event = reader.feed(rest)) != PemReader::Event::none;) {
            note(event);
        }
        require(rest.empty(), "everything is consumed");
    });
    if (const auto event = reader.end(); event != PemReader::Event::none) note(event);
    return story;
}

void check_pem(Bytes text, Cuts cuts, std::uint8_t room_byte) {
    const PemStory whole = read_pem(text, Cuts(0), text.size());
    require(read_pem(text, cuts, text.size()) == whole, "cuts do not change the result");
    const std::size_t small = 16u * room_byte;
    const PemStory cramped = read_pem(text, cuts, small);
    require(cramped.events.size() == whole.events.size(),
            "a full buffer does not change the events");
    std::string fitting = whole.events;
    for (std::size_t i = 0, der = 0; i < fitting.size(); ++i) {
        if (fitting[i] == '1' && whole.ders[der++].size() > small) fitting[i] = '3';
    }
    require(cramped.events == fitting, "a block that does not fit is malformed");

    for (const std::string& der : whole.ders) {
        ExactCopy written(pem_size(der.size()));
        write_pem(bytes_of(der), written.buffer());
        const PemStory again = read_pem(written.bytes(), cuts, der.size());
        require(again.events == "1" && again.ders[0] == der, "written PEM can be read again");
    }
}

// ---- one certificate -------------------------------------------------------------------------

std::string text_of_name(Bytes name) {
    ExactCopy buffer(write_name(name, {}));
    require(write_name(name, buffer.buffer()) == buffer.bytes().size(), "a name has one size");
    return std::string(buffer.text());
}

void check_name(Bytes name) {
    require(is_name(name), "a name is a host name");
    const std::string text = text_of_name(name);
    require(is_harmless(text), "its text is printable");
    ExactCopy small(text.size() / 3);
    require(write_name(name, small.buffer()) == text.size(),
            "a small buffer does not change the size");
    require(text.substr(0, small.text().size()) == small.text(),
            "it contains the beginning of the text");
}

void check_alt_names(Bytes names) {
    std::size_t size = 0;
    Bytes rest = names;
    for (AltName name; take_alt_name(rest, name);) {
        require(lies_within(name.value, names) && rest.size() < names.size() - size,
                "the lifecycle only goes forward");
        size = names.size() - rest.size();
        const std::string_view value = text_of(name.value);
        const bool is_ip = value.size() == 4 || value.size() == 16;
        const bool is_visible = is_harmless(value) && value.find(' ') == value.npos;
        require(name.kind != AltName::Kind::ip || is_ip, "an address has 4 or 16 bytes");
        require(name.kind != AltName::Kind::dns || is_visible, "a host name is visible ASCII");
    }
    require(rest.empty(), "all host names are valid");
}

std::int64_t unix_time(std::uint32_t days, std::uint32_t seconds) {
    constexpr std::int64_t days_before_1970 = 719'528;
    return (days - days_before_1970) * day_s + seconds;
}

// If BearSSL's decoder accepts the same bytes, its result must be the same.
void check_with_bearssl(const Certificate& certificate) {
    br_x509_decoder_context decoder;
    br_x509_decoder_init(&decoder, nullptr, nullptr);
    br_x509_decoder_push(&decoder, certificate.der.data(), certificate.der.size());
    const br_x509_pkey* const key = br_x509_decoder_get_pkey(&decoder);
    if (key == nullptr) return;
    require(certificate.is_ca == (br_x509_decoder_isCA(&decoder) != 0), "the issuer may sign");
    require(
        certificate.not_before_s == unix_time(decoder.notbefore_days, decoder.notbefore_seconds),
        "when it begins");
    require(certificate.not_after_s == unix_time(decoder.notafter_days, decoder.notafter_seconds),
            "when it ends");
    const bool is_rsa = key->key_type == BR_KEYTYPE_RSA;
    // BearSSL looks neither at the modulus nor at the point.
    if (certificate.key.kind == PublicKey::Kind::other) return;
    const auto kind = is_rsa ? PublicKey::Kind::rsa : PublicKey::Kind::ec;
    require(certificate.key.kind == kind, "the kind of its key");
    if (is_rsa)
        require(certificate.key.modulus.size() == key->key.rsa.nlen, "the size is the same");
}

void check_facts(const X509Certificate& store, std::size_t index, const Certificate& certificate) {
    const CertificateFacts facts = store.facts(index);
    require(text_of(facts.der) == text_of(certificate.der) &&
                text_of(facts.subject) == text_of(certificate.subject) &&
                text_of(facts.issuer) == text_of(certificate.issuer) &&
                text_of(facts.alt_names) == text_of(certificate.alt_names) &&
                text_of(facts.public_key) == text_of(certificate.key.info),
            "the facts are what was parsed");
    require(facts.is_ca == certificate.is_ca && facts.not_after_s == certificate.not_after_s &&
                facts.not_before_s == certificate.not_before_s,
            "all of them");
    Sha256Digest digest;
    br_sha256_context hash;
    br_sha256_init(&hash);
    br_sha256_update(&hash, facts.der.data(), facts.der.size());
    br_sha256_out(&hash, digest.data());
    require(facts.sha256 == digest, "the fingerprint is that of the bytes");
    const std::size_t found = store.find_subject(certificate.subject);
    require(found <= index, "a peer in the list is found by its id");
    require(same_name(store.facts(found).subject, certificate.subject), "the issuer has that name");
}

// `other` selects what else the bytes must not be.
void check_certificate(Bytes der, std::uint8_t other) {
    const auto certificate = parse_certificate(der);
    if (!certificate) return;
    require(text_of(certificate->der) == text_of(der), "the certificate covers all bytes");
    for (const Bytes part :
         {certificate->issuer, certificate->subject, certificate->key.info, certificate->alt_names,
          certificate->common_name, certificate->subject_key_id, certificate->authority_key_id}) {
        require(lies_within(part, der), "views lie within the input");
    }
    require(lies_within(certificate->common_name, certificate->subject),
            "the server name is the host's name");
    require(certificate->has_alt_names || certificate->alt_names.empty(),
            "the payload has the announced size");
    check_name(certificate->subject);
    check_name(certificate->issuer);
    check_alt_names(certificate->alt_names);
    check_with_bearssl(*certificate);
    const ExactCopy shorter(der.first(der.size() * other / 256));
    require(!parse_certificate(shorter.bytes()), "a truncated certificate is refused");
    std::string longer(text_of(der));
    longer += static_cast<char>(other);
    require(!parse_certificate(bytes_of(longer)), "a certificate with trailing bytes is refused");
}

// ---- X509Certificate -------------------------------------------------------------------------

// A file that exists only in memory.
class MemoryFile {
 public:
    static const char* path() {
        static const MemoryFile file;
        return file.path_.c_str();
    }

 private:
    MemoryFile() : path_("/proc/self/fd/" + std::to_string(::memfd_create("fuzz", 0))) {}
    std::string path_;
};

void require_same(const X509Certificate& a, const X509Certificate& b) {
    require(a.size() == b.size(), "the number of certificates is the same");
    for (std::size_t i = 0; i < a.size(); ++i) {
        require(text_of(a.der(i)) == text_of(b.der(i)), "each certificate is the same");
    }
}

void check_saving(const X509Certificate& loaded) {
    if (loaded.size() == 0) {
        require(loaded.save(MemoryFile::path()) == Error::failed, "an empty list is not saved");
        return;
    }
    require(loaded.save(MemoryFile::path()) == Error::ok, "loaded certificates can be saved");
    FuzzMemory memory;
    X509Certificate again(&memory);
    require(again.load(MemoryFile::path()) == Error::ok, "saved certificates can be loaded again");
    require_same(loaded, again);
}

// Certificates of `file`, in the order of their blocks.
void check_loading(Bytes file, const X509Certificate& loaded, Error error) {
    require(error == Error::ok || error == Error::failed, "a file has one of two results");
    require(error != Error::ok || loaded.size() > 0, "an accepted file has a certificate");
    std::vector<std::string> expected;
    bool all_good = true;
    if (parse_certificate(file)) {
        expected.emplace_back(text_of(file));
    } else {
        const PemStory story = read_pem(file, Cuts(0), file.size());
        all_good = story.events.find('3') == story.events.npos;
        for (const std::string& der : story.ders) {
            const bool is_good = parse_certificate(bytes_of(der)).has_value();
            if (is_good) expected.push_back(der);
            all_good = all_good && is_good;
        }
    }
    require(loaded.size() == expected.size(), "every valid certificate is loaded");
    for (std::size_t i = 0; i < expected.size(); ++i) {
        require(text_of(loaded.der(i)) == expected[i], "the messages are in order");
    }
    require((error == Error::ok) == (all_good && !expected.empty()), "the result is correct");
}

void check_without_memory(Bytes file, std::uint8_t allocations, Cuts cuts) {
    FuzzMemory memory;
    X509Certificate store(&memory);
    const X509Certificate& root = Known::get().root;
    require(store.load_from_memory(root.der(0)) == Error::ok, "there was a protocol");
    memory.allocations_left = allocations;
    const Error error = store.load_from_memory(file);
    require(error != Error::out_of_memory || memory.allocations_left == 0, "an allocation failed");
    require(store.size() >= 1 && text_of(store.der(0)) == text_of(root.der(0)),
            "the client is idle");
    for (std::size_t i = 0; i < store.size(); ++i) {
        require(parse_certificate(store.der(i)).has_value(), "all are certificates");
        if (i > 0) check_certificate(store.der(i), static_cast<std::uint8_t>(cuts.next(255)));
    }
}

// ---- chains ----------------------------------------------------------------------------------

/// The trusted certificates, selected by one byte.
struct Trusted {
    Trusted(std::uint8_t kind, const X509Certificate& loaded) {
        const Known& known = Known::get();
        const X509Certificate* const stores[] = {
            &known.root, &known.all, &loaded, &known.good, &known.unrelated, &known.intermediate};
        const X509Certificate* const own = stores[kind % 8 % std::size(stores)];
        trust.verify = (kind & 8) == 0;
        ((kind & 16) == 0 ? trust.ca_bundle : trust.certificate) = own;
        if (trust.ca_bundle == nullptr) trust.ca_bundle = &known.root;
        if ((kind & 32) != 0) pins.push_back(known.good.facts(0).key_sha256);
        if ((kind & 64) != 0) pins.push_back(Sha256Digest{});
        if ((kind & 128) != 0) pins.push_back(known.intermediate.facts(0).key_sha256);
        trust.key_pins = pins;
    }
    Trusted(const Trusted&) = delete;
    Trusted& operator=(const Trusted&) = delete;

    TlsTrust trust;
    std::vector<Sha256Digest> pins;
};

std::int64_t time_of(std::uint8_t kind, Bytes leaf) {
    const auto certificate = parse_certificate(leaf);
    const std::int64_t begin = certificate ? certificate->not_before_s : 0;
    const std::int64_t end = certificate ? certificate->not_after_s : 0;
    const std::int64_t times[] = {now_s, 0, begin, begin - 1, end, end + 1, -day_s, kind * day_s};
    return times[kind % std::size(times)];
}

// Like a TLS engine that passes the chain on in pieces.
unsigned verify(BearSslVerifier& verifier, std::span<const Bytes> chain, Cuts cuts) {
    const br_x509_class** const context = verifier.x509();
    (*context)->start_chain(context, nullptr);
    for (const Bytes der : chain) {
        (*context)->start_cert(context, static_cast<std::uint32_t>(der.size()));
        cuts.for_each_piece(
            der, [&](Bytes piece) { (*context)->append(context, piece.data(), piece.size()); });
        (*context)->end_cert(context);
    }
    return (*context)->end_chain(context);
}

void check_verifying(const TlsRequest& request, std::span<const Bytes> chain, Cuts cuts,
                     const TlsFailure& checked, bool by_signature) {
    TlsFailure why;
    const auto verifier = std::make_unique<BearSslVerifier>(request, request.host, why);
    const unsigned error = verify(*verifier, chain, cuts);
    const br_x509_class** const context = verifier->x509();
    require((error == 0) == (why.cause == Cause::none), "a refusal has only a cause");
    require((error == 0) == ((*context)->get_pkey(context, nullptr)->key_type != 0),
            "and no key to go on with");
    require(is_harmless(why.detail()), "its detail is printable text");
    if (checked.cause != Cause::none) {
        require(why.cause == checked.cause && why.detail() == checked.detail(),
                "the result covers the whole response");
        return;
    }
    require(error != 0 || !by_signature || was_signed(chain[0]),
            "accepted by signature is only what was signed");
}

void check_chain(const TlsRequest& request, std::span<const Bytes> chain, Cuts cuts) {
    BearSslSignatureVerifier verifier;
    ChainResult result;
    TlsFailure why;
    const bool accepted = check_chain(request, chain, verifier, result, why);
    require(accepted == (why.cause == Cause::none), "a refusal has only a cause");
    require(result.path_count < path_count_max, "the result has its bounds");
    const ChainOpinion opinion(request, chain);
    accepted ? opinion.check_accepted(result) : opinion.check_refused(why, result);
    check_verifying(request, chain, cuts, why, !result.root.empty());
}

// The server's chain, by numbers: up to 127 for certificates of the input, above for the known
// ones. Without numbers: those of the input, and the intermediate.
std::vector<Bytes> shown(Bytes numbers, std::span<const Bytes> own) {
    const X509Certificate& known = Known::get().all;
    std::vector<Bytes> chain;
    for (const std::uint8_t number : numbers.first(std::min(numbers.size(), shown_max))) {
        if (number < 128 && !own.empty()) chain.push_back(own[number % own.size()]);
        if (number >= 128) chain.push_back(known.der(number % known.size()));
    }
    if (!numbers.empty()) return chain;
    for (const Bytes der : own.first(std::min(own.size(), shown_max))) chain.push_back(der);
    chain.push_back(Known::get().intermediate.der(0));
    return chain;
}

// ---- the bytes -------------------------------------------------------------------------------

// DER items, and the rest, which is not DER.
std::vector<Bytes> items_of(Bytes bytes) {
    std::vector<Bytes> items;
    for (DerItem item; items.size() < shown_max && take_item(bytes, item);) {
        items.push_back(item.whole);
    }
    if (!bytes.empty()) items.push_back(bytes);
    return items;
}

struct Story {
    std::uint8_t kind, trust, time, memory;
    Cuts cuts{0};
    std::string host;
    std::string presented;
    Bytes numbers;
    std::string bytes;

    explicit Story(FuzzInput& input)
        : kind(input.byte()), trust(0), time(0), memory(0), cuts(input) {
        trust = input.byte();
        time = input.byte();
        memory = input.byte();
        const std::string_view names = text_of(input.take_part().rest());
        const std::size_t slash = std::min(names.find('/'), names.size());
        host = names.substr(slash == names.size() ? 0 : slash + 1);
        presented = names.substr(0, slash);
        if (host.empty()) host = "good.test";
        numbers = input.take_part().rest();
        bytes = kind % 3 == 2 ? mended(input.rest()) : std::string(text_of(input.rest()));
    }
};

void run(const Story& story) {
    require(
        dns_name_matches(story.presented, story.host) == name_matches(story.presented, story.host),
        "a name is for a host, or not");
    const ExactCopy file(story.bytes);
    FuzzMemory memory;
    X509Certificate loaded(&memory);
    std::vector<Bytes> own;
    if (story.kind % 3 == 0) {
        check_pem(file.bytes(), story.cuts, story.memory);
        check_loading(file.bytes(), loaded, loaded.load_from_memory(file.bytes()));
    } else {
        own = items_of(file.bytes());
        for (const Bytes item : own) {
            const bool is_one = loaded.load_from_memory(item) == Error::ok;
            require(!parse_certificate(item) || is_one, "a certificate can be loaded");
        }
    }
    for (std::size_t i = 0; i < loaded.size(); ++i) {
        if (story.kind % 3 == 0) own.push_back(loaded.der(i));
        const ExactCopy der(loaded.der(i));
        check_certificate(der.bytes(), story.time);
        check_facts(loaded, i, *parse_certificate(loaded.der(i)));
    }
    check_saving(loaded);
    check_without_memory(file.bytes(), story.memory, story.cuts);

    const std::vector<Bytes> chain = shown(story.numbers, own);
    const Trusted trusted(story.trust, loaded);
    const std::int64_t unix_s = time_of(story.time, chain.empty() ? Bytes() : chain[0]);
    check_chain({.host = story.host, .trust = trusted.trust, .unix_s = unix_s}, chain, story.cuts);
}

}  // namespace
}  // namespace linnet::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    linnet::fuzz::FuzzInput input(data, size);
    linnet::fuzz::run(linnet::fuzz::Story(input));
    return 0;
}
