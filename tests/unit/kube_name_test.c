/* Names, labels and address ranges: for each language, texts that belong to it and texts that do not. */
#include "kiln/kube.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#define A10 "aaaaaaaaaa"
#define A63 A10 A10 A10 A10 A10 A10 "aaa"
#define A253 A63 "." A63 "." A63 "." A10 A10 A10 A10 A10 A10 "a"

typedef bool NameFn(Str text);
typedef struct Language {
    const char *name;
    NameFn *is;
    const char *good[20];
    const char *bad[32];
} Language;

static const Language languages[] = {
    {"dns label",
     name_is_dns_label,
     {"a", "ab", "a1", "a-1", "a--1--2--b", A63},
     {"", "0", "01", "1a", "A", "a.b", "a_b", "-a", "a-", " a", "a ", "1a1", "a1A", A63 "a", "\xc3\xa9"}},
    {"dns subdomain",
     name_is_dns_subdomain,
     {"a", "0", "1-2", "a.b", "0.0.0", "aa-bb.c2--d", "1.2.3.4", A63 "a", A253},
     {"", ".", "a.", ".a", "a..b", "A", "a_b", "-a", "a-", "a.-b", "a-.b", "a b", "*.a", A253 "a", "a.B"}},
    {"host",
     name_is_host,
     {"a", "api.example.com", "1.2.3.4a", "0-0"},
     {"", "10.0.0.1", "1", "*.example.com", "A.com", "a."}},
    {"port",
     name_is_port,
     {"a", "http", "telnet", "re-mail-ck", "pop3", "p1000", "a-1", "0-a", "1m", "abcdefghijklmno"},
     {"", "0", "12", "1-2", "-a", "a-", "a--b", "A", "a_b", "a.b", "abcdefghijklmnop", " a"}},
    {"label key",
     name_is_label_key,
     {"simple", "now-with-dashes", "1-starts-with-num", "1234", "simple/simple", "now.with.dots/x", "1.2.3.4/5678",
      "Uppercase", "a_b.c", "app.kubernetes.io/name", A63, A253 "/" A63},
     {"", "/", "a/", "/a", "a/b/c", "UPPER/a", "a_b/c", "nospecialchars%^=@", "-a", "a-", ".a", "a.", A63 "a",
      A253 "a/b", "a b"}},
    {"label value",
     name_is_label_value,
     {"", "a", "A", "1", "v1.2.3", "a-b_c.D", "12345", A63},
     {"-a", "a-", ".a", "a.", "_", "a b", "a/b", "a:b", "a+b", A63 "a"}},
    {"env",
     name_is_env,
     {"a", "_", "A_B", "my.env-name", "-a", ".a", "MY_ENV.NAME", "MyEnvName1", "a.."},
     {"", "1a", "0", ".", "..", "..a", "...", "a b", "a=b", "a$", "\xc3\xa9"}},
    {"config key",
     name_is_config_key,
     {"a", "1", "config.yaml", ".hidden", "a_b-c.D", "-", "_", "a..", A253},
     {"", ".", "..", "..data", "a/b", "a b", "a:b", "%x", A253 "a"}},
    {"cidr",
     cidr_valid,
     {"10.0.0.0/8", "0.0.0.0/0", "10.1.2.3/8", "192.168.1.1/32", "::/0", "fd00::/8", "2001:db8::1/128",
      "::ffff:10.0.0.0/104"},
     {"",
      "/",
      "/8",
      "10.0.0.0",
      "10.0.0.0/",
      "10.0.0.0/33",
      "10.0.0.0/08",
      "10.0.0/8",
      "010.0.0.0/8",
      "10.0.0.0/-1",
      "10.0.0.0/+8",
      "10.0.0.0/8 ",
      " 10.0.0.0/8",
      "10.0.0.0/8/8",
      "256.0.0.0/8",
      "::/129",
      "fe80::1%eth0/64",
      "[::]/0",
      "a/8",
      "10.0.0.0/0x8",
      "10.0.0.0/99999999999999999999",
      "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/8"}},
    {"cron",
     cron_valid,
     {"* * * * *", "0 2 * * *", "*/15 * * * *", "0 0 1,15 * 3", "5-10/2 * ? * MON-fri", "0 0 1 jan *", "3/20 * * * *",
      "  0  2 * * * ", "@daily", "@hourly", "@every 1h30m", "59 23 31 12 6"},
     {"",
      "* * * *",
      "* * * * * *",
      "60 * * * *",
      "* 24 * * *",
      "* * 0 * *",
      "* * 32 * *",
      "* * * 13 *",
      "* * * 0 *",
      "* * * * 7",
      "10-5 * * * *",
      "*/0 * * * *",
      "1/2/3 * * * *",
      "1-2-3 * * * *",
      "*-5 * * * *",
      ", * * * *",
      "1,, * * * *",
      "+5 * * * *",
      "-1 * * * *",
      "* * * * monday",
      "* * * * m",
      "@Daily",
      "@reboot",
      "@every 1d",
      "@every",
      "TZ=UTC * * * * *",
      "0 12 * * ? *",
      "a * * * *",
      "* jan * * *"}},
    {"semver",
     semver_valid,
     {"0.0.0", "1.2.3", "v1.2.3", "10.20.30", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-0.3.7", "1.0.0-x.7.z.92",
      "1.0.0-x-y-z.--", "1.0.0+001", "1.0.0-beta+exp.sha.5114f85", "1.0.0+21AF26D3---117B344092BD",
      "1.0.0-0A.is.legal", "1.0.0--", "1.0.0+a-b"},
     {"",        "v",      "1",      "1.2",      "1.2.3.4",    "01.2.3",    "1.02.3",
      "1.2.03",  "1.2.3-", "1.2.3+", "1.2.3-01", "1.2.3-a..b", "1.2.3-a.",  "V1.2.3",
      "vv1.2.3", " 1.2.3", "1.2.3 ", "1.2.x",    "1..3",       "1.2.3+a+b", "1.2.3-\xc3\xa9",
      "1.2.",    ".1.2",   "-1.2.3", "1.2.3-+a", "latest"}},
};

static void test_languages(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH_OF(languages); i++) {
        const Language *language = &languages[i];
        for (const char *const *text = language->good; *text; text++)
            if (!language->is(str_from(*text)))
                fail_msg("'%s' should be a %s", *text, language->name);
        for (const char *const *text = language->bad; *text; text++)
            if (language->is(str_from(*text)))
                fail_msg("'%s' should be no %s", *text, language->name);
    }
}

static void test_nothing_and_nul(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH_OF(languages); i++) {
        assert_int_equal(languages[i].is(STR_NONE), languages[i].is == name_is_label_value);
        assert_false(languages[i].is((Str){"a\0b", 3}));
        assert_false(languages[i].is((Str){"10.0.0.0\0/8", 11}));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_languages), cmocka_unit_test(test_nothing_and_nul)};
    return cmocka_run_group_tests_name("kube_name", tests, NULL, NULL);
}
