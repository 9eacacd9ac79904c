/*
 * Kubernetes' small languages. What parses prints, and what prints parses to the same; what is made of valid parts is
 * taken apart into these parts; numbers are what a calculation with as many digits as it takes says. The first byte
 * says which language the others are of, or that they are the text itself.
 */
#include "generate.h"

#include <arpa/inet.h>
#include <time.h>

#include "kiln/kube.h"

/* ---- any text ---- */

static void check_quantity(Str text)
{
    Quantity quantity, again;
    char printed[QUANTITY_TEXT_SIZE], reprinted[QUANTITY_TEXT_SIZE];
    if (!quantity_parse(text, &quantity))
        return;
    Str canonical = quantity_print(quantity, printed);
    REQUIRE(quantity_parse(canonical, &again) && quantity_compare(quantity, again) == 0);
    REQUIRE(str_equal(quantity_print(again, reprinted), canonical));
    long double exact = (long double)quantity.nano / 1e9L, number = (long double)quantity_number(quantity);
    long double off = number > exact ? number - exact : exact - number;
    REQUIRE(off <= (exact < 0 ? -exact : exact) * 1e-15L);
}

static void check_duration(Arena *arena, Str text)
{
    int64_t milliseconds, again;
    if (!duration_parse(text, &milliseconds))
        return;
    REQUIRE(milliseconds >= 0);
    Str printed = duration_print(arena, milliseconds);
    REQUIRE(duration_parse(printed, &again) && again == milliseconds);
    REQUIRE(str_equal(duration_print(arena, again), printed));
}

static Str image_text(Arena *arena, const Image *image)
{
    return arena_printf(arena, "%.*s%s%.*s%s%.*s", STR_ARG(image->repository), image->tag.size ? ":" : "",
                        STR_ARG(image->tag), image->digest.size ? "@" : "", STR_ARG(image->digest));
}

static void check_image(Arena *arena, Str text)
{
    Image image;
    const char *why;
    if (!image_parse(text, &image, &why))
        REQUIRE(why && *why);
    else
        REQUIRE(str_equal(image_text(arena, &image), text));
}

static void check_cidr(Arena *arena, Str text)
{
    ptrdiff_t slash = str_rfind_char(text, '/');
    if (!cidr_valid(text))
        return;
    REQUIRE(slash > 0);
    char into[16];
    const char *address = arena_text(arena, str_slice(text, 0, (size_t)slash));
    REQUIRE(inet_pton(str_has_char(text, ':') ? AF_INET6 : AF_INET, address, into) == 1);
}

/* A path is for people: quotes are not quoted in it, and it ends at a zero. */
static void check_path(Arena *arena, Str text)
{
    size_t count, again;
    const Path *path = path_parse(arena, text, &count);
    for (size_t i = 0; path && i < count; i++)
        if (str_has_char(path[i].key, '"') || str_has_char(path[i].key, '\0'))
            return;
    if (!path)
        return;
    Str printed = path_text(arena, &path[count - 1]);
    const Path *parsed = path_parse(arena, printed, &again);
    REQUIRE(parsed && again == count && str_equal(path_text(arena, &parsed[count - 1]), printed));
}

static void check_number(Arena *arena, Str text)
{
    int64_t number;
    bool percent;
    if (int_or_percent_parse(text, &number, &percent))
        REQUIRE(str_equal(arena_printf(arena, "%d%s", (int)number, percent ? "%" : ""), text));
}

static void check_text(Arena *arena, Str text)
{
    check_quantity(text);
    check_duration(arena, text);
    check_image(arena, text);
    check_cidr(arena, text);
    check_path(arena, text);
    check_number(arena, text);
    if (name_is_dns_label(text) || name_is_host(text))
        REQUIRE(name_is_dns_subdomain(text));
    if (name_is_dns_subdomain(text))
        REQUIRE(name_is_label_key(text) == (text.size <= 63) && name_is_config_key(text));
    if (name_is_label_value(text) && text.size)
        REQUIRE(name_is_label_key(text));
    if (name_is_port(text))
        REQUIRE(text.size <= 15 && name_is_label_value(text));
    (void)name_is_env(text);
    (void)date_valid(text);
    (void)cron_valid(text);
    (void)semver_valid(text);
}

/* ---- quantities, and the calculation that they are held against ---- */

typedef struct Big {
    uint32_t limbs[32]; /* the lowest first */
} Big;

static void big_push(Big *big, uint32_t factor, uint32_t add)
{
    uint64_t carry = add;
    for (size_t i = 0; i < LENGTH_OF(big->limbs); i++) {
        carry += (uint64_t)big->limbs[i] * factor;
        big->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    REQUIRE(!carry);
}

/* A tenth, rounded down; whether anything was left. */
static bool big_pop(Big *big)
{
    uint64_t rest = 0;
    for (size_t i = LENGTH_OF(big->limbs); i-- > 0;) {
        rest = rest << 32 | big->limbs[i];
        big->limbs[i] = (uint32_t)(rest / 10);
        rest %= 10;
    }
    return rest != 0;
}

static bool big_above(const Big *big, unsigned __int128 limit)
{
    for (size_t i = 4; i < LENGTH_OF(big->limbs); i++)
        if (big->limbs[i])
            return true;
    unsigned __int128 low = 0;
    for (size_t i = 4; i-- > 0;)
        low = low << 32 | big->limbs[i];
    return low > limit;
}

static unsigned __int128 big_low(const Big *big)
{
    unsigned __int128 low = 0;
    for (size_t i = 4; i-- > 0;)
        low = low << 32 | big->limbs[i];
    return low;
}

typedef struct Suffix {
    const char *text;
    int ten; /* powers */
    int two;
} Suffix;
static const Suffix suffixes[] = {{"", 0, 0},    {"n", -9, 0},  {"u", -6, 0},  {"m", -3, 0},
                                  {"k", 3, 0},   {"M", 6, 0},   {"G", 9, 0},   {"T", 12, 0},
                                  {"P", 15, 0},  {"E", 18, 0},  {"Ki", 0, 10}, {"Mi", 0, 20},
                                  {"Gi", 0, 30}, {"Ti", 0, 40}, {"Pi", 0, 50}, {"Ei", 0, 60}};

static size_t add_digits(FuzzBytes *bytes, Buf *text, Big *big)
{
    size_t count = fuzz_byte(bytes) % 24u;
    for (size_t i = 0; i < count; i++) {
        uint8_t byte = fuzz_byte(bytes);
        unsigned digit = byte < 128 ? byte % 10 : byte < 200 ? 0 : 9;
        buf_add_char(text, (char)('0' + digit));
        big_push(big, 10, digit);
    }
    return count;
}

/* Nano units of digits / 10^places × 10^ten × 2^two, rounded away from zero. */
static Big scaled(Big big, int places, int ten, int two)
{
    bool rest = false;
    for (int i = 0; i < two; i++)
        big_push(&big, 2, 0);
    int tens = ten + 9 - places;
    for (; tens > 0; tens--)
        big_push(&big, 10, 0);
    for (; tens < 0; tens++)
        rest |= big_pop(&big);
    big_push(&big, 1, rest);
    return big;
}

static void make_quantity(FuzzBytes *bytes)
{
    Buf text = {0};
    Big big = {{0}};
    uint8_t sign = fuzz_byte(bytes) % 4, which = fuzz_byte(bytes) % 24;
    buf_add(&text, str_from(sign == 1 ? "-" : sign == 2 ? "+" : ""));
    size_t digits = add_digits(bytes, &text, &big), places = 0;
    if (fuzz_byte(bytes) & 1) {
        buf_add_char(&text, '.');
        places = add_digits(bytes, &text, &big);
    }
    Suffix suffix = {"", (int8_t)fuzz_byte(bytes) % 60, 0};
    if (which < LENGTH_OF(suffixes))
        suffix = suffixes[which];
    else
        buf_printf(&text, "%c%d", which & 1 ? 'e' : 'E', suffix.ten);
    buf_add(&text, str_from(suffix.text));
    Quantity quantity;
    bool ok = quantity_parse(buf_str(&text), &quantity);
    Big nano = scaled(big, (int)places, suffix.ten, suffix.two);
    unsigned __int128 most = ((unsigned __int128)1 << 127) - 1, cap = (unsigned __int128)INT64_MAX * 1000000000u;
    bool above = big_above(&nano, suffix.two ? cap : most);
    REQUIRE(ok == (digits + places > 0 && (suffix.two || !above)));
    if (ok) {
        unsigned __int128 wanted = above ? cap : big_low(&nano);
        REQUIRE(quantity.nano == (sign == 1 ? -(__int128)wanted : (__int128)wanted));
        check_quantity(buf_str(&text));
    }
    buf_release(&text);
}

/* ---- durations, days, addresses and images out of their parts ---- */

static void make_duration(FuzzBytes *bytes, Arena *arena)
{
    static const struct {
        const char *name;
        int64_t milliseconds;
    } units[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
    const __int128 most = INT64_MAX / 1000000;
    Buf text = {0};
    __int128 sum = 0;
    unsigned count = 1 + fuzz_byte(bytes) % 6u;
    for (unsigned i = 0; i < count; i++) {
        uint8_t unit = fuzz_byte(bytes) % LENGTH_OF(units), size = fuzz_byte(bytes) % 8;
        uint64_t number = 0;
        for (uint8_t j = 0; j < size; j++)
            number = number << 8 | fuzz_byte(bytes);
        buf_printf(&text, "%llu%s", (unsigned long long)number, units[unit].name);
        sum += (__int128)number * units[unit].milliseconds;
    }
    int64_t parsed;
    bool ok = duration_parse(buf_str(&text), &parsed);
    REQUIRE(ok == (sum <= most));
    REQUIRE(!ok || parsed == sum);
    check_duration(arena, buf_str(&text));
    buf_release(&text);
}

static void make_date(FuzzBytes *bytes)
{
    int year = 1 + (fuzz_byte(bytes) << 8 | fuzz_byte(bytes)) % 9999, month = fuzz_byte(bytes) % 14;
    int day = fuzz_byte(bytes) % 34;
    char text[32];
    int size = snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
    struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    bool real = timegm(&tm) != -1 || year == 1969;
    real = real && tm.tm_year == year - 1900 && tm.tm_mon == month - 1 && tm.tm_mday == day;
    REQUIRE(date_valid((Str){text, (size_t)size}) == real);
}

static void make_cidr(FuzzBytes *bytes, Arena *arena)
{
    unsigned char address[16];
    char text[INET6_ADDRSTRLEN];
    bool six = fuzz_byte(bytes) & 1;
    unsigned size = fuzz_byte(bytes);
    for (size_t i = 0; i < sizeof address; i++)
        address[i] = fuzz_byte(bytes);
    REQUIRE(inet_ntop(six ? AF_INET6 : AF_INET, address, text, sizeof text));
    REQUIRE(cidr_valid(arena_printf(arena, "%s/%u", text, size)) == (size <= (six ? 128u : 32u)));
}

static Str make_part(FuzzBytes *bytes, Arena *arena)
{
    static const char *const between[] = {"", ".", "_", "__", "-", "---", ""};
    static const char letters[] = "abcxyz0189";
    Buf text = {0};
    for (int count = 1 + fuzz_byte(bytes) % 6; count > 0; count--) {
        buf_add_char(&text, letters[fuzz_byte(bytes) % (sizeof letters - 1)]);
        if (count > 1)
            buf_add(&text, str_from(between[fuzz_byte(bytes) % LENGTH_OF(between)]));
    }
    Str part = arena_copy(arena, buf_str(&text));
    buf_release(&text);
    return part;
}

static void make_image(FuzzBytes *bytes, Arena *arena)
{
    static const char *const hosts[] = {"",
                                        "",
                                        "localhost/",
                                        "registry.example.com/",
                                        "localhost:5000/",
                                        "[::1]:5000/",
                                        "10.0.0.1:1/",
                                        "A-b.example/",
                                        "x--y.z:65535/"};
    static const char *const tags[] = {"", "v1", "1.2.3-rc.1", "_", "A__b..c-", "sha256"};
    Str repository = str_from(hosts[fuzz_byte(bytes) % LENGTH_OF(hosts)]);
    for (int count = 1 + fuzz_byte(bytes) % 4; count > 0; count--) {
        Str part = make_part(bytes, arena);
        repository = arena_printf(arena, "%.*s%.*s%s", STR_ARG(repository), STR_ARG(part), count > 1 ? "/" : "");
    }
    char hex[SHA256_HEX_SIZE + 1];
    sha256_hex(repository, hex);
    Image image = {repository, str_from(tags[fuzz_byte(bytes) % LENGTH_OF(tags)]), STR("")}, parsed;
    if (fuzz_byte(bytes) & 1)
        image.digest = arena_printf(arena, "sha256:%s", hex);
    const char *why;
    REQUIRE(image_parse(image_text(arena, &image), &parsed, &why) && !why);
    REQUIRE(str_equal(parsed.repository, image.repository) && str_equal(parsed.tag, image.tag) &&
            str_equal(parsed.digest, image.digest));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *arena = fuzz_arena();
    FuzzBytes bytes = {data, size};
    switch (fuzz_byte(&bytes)) {
    case 1:
        make_quantity(&bytes);
        break;
    case 2:
        make_duration(&bytes, arena);
        break;
    case 3:
        make_date(&bytes);
        break;
    case 4:
        make_cidr(&bytes, arena);
        break;
    case 5:
        make_image(&bytes, arena);
        break;
    default:
        check_text(arena, arena_copy(arena, (Str){(const char *)data, size}));
    }
    arena_reset(arena);
    return 0;
}
