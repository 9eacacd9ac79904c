/* Image references: how they come apart, and what is said of those that do not. */
#include "kiln/kube.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" HEX
#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN

typedef struct Row {
    const char *text, *repository, *tag, *digest;
} Row;

static const Row good_rows[] = {
    {"redis", "redis", "", ""},
    {"redis:8.0-alpine", "redis", "8.0-alpine", ""},
    {"test_com", "test_com", "", ""},
    {"test.com:5000", "test.com", "5000", ""},
    {"test.com/repo:tag", "test.com/repo", "tag", ""},
    {"test:5000/repo", "test:5000/repo", "", ""},
    {"test:5000/repo:tag@" DIGEST, "test:5000/repo", "tag", DIGEST},
    {"registry.example.com:5000/team/app@" DIGEST, "registry.example.com:5000/team/app", "", DIGEST},
    {"lowercase:Upper_Case.1-x", "lowercase", "Upper_Case.1-x", ""},
    {"sub-dom1.foo.com/bar/baz/quux:some-long-tag", "sub-dom1.foo.com/bar/baz/quux", "some-long-tag", ""},
    {"Registry.Example.com/app:1", "Registry.Example.com/app", "1", ""},
    {"xn--n3h.com/myimage:xn--n3h.com", "xn--n3h.com/myimage", "xn--n3h.com", ""},
    {"foo_bar.com:8080", "foo_bar.com", "8080", ""},
    {"foo_bar.com/x", "foo_bar.com/x", "", ""},
    {"foo/foo_bar.com:8080", "foo/foo_bar.com", "8080", ""},
    {"localhost/app", "localhost/app", "", ""},
    {"192.168.1.1:5000/repo:5050", "192.168.1.1:5000/repo", "5050", ""},
    {"[2001:db8::1]/repo", "[2001:db8::1]/repo", "", ""},
    {"[2001:db8::1]:5000/repo:tag@" DIGEST, "[2001:db8::1]:5000/repo", "tag", DIGEST},
    {"a__b/c---d.e_f", "a__b/c---d.e_f", "", ""},
    {"app:_x", "app", "_x", ""},
    {"app:" FIFTY FIFTY TEN TEN "01234567", "app", FIFTY FIFTY TEN TEN "01234567", ""},
    {FIFTY FIFTY FIFTY FIFTY FIFTY "01234", FIFTY FIFTY FIFTY FIFTY FIFTY "01234", "", ""},
};

static void assert_str(Str text, const char *expected)
{
    assert_non_null(text.data);
    if (!str_equal(text, str_from(expected)))
        fail_msg("'%.*s', expected '%s'", STR_ARG(text), expected);
}

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH_OF(good_rows); i++) {
        Image image;
        const char *why;
        if (!image_parse(str_from(good_rows[i].text), &image, &why))
            fail_msg("%s: %s", good_rows[i].text, why);
        assert_str(image.repository, good_rows[i].repository);
        assert_str(image.tag, good_rows[i].tag);
        assert_str(image.digest, good_rows[i].digest);
    }
}

static void test_bad(void **state)
{
    (void)state;
    static const char host[] = "registry host must be letters, digits and inner '-', joined by '.'";
    static const char part[] =
        "repository parts must be lower-case letters and digits, joined by one '.', one or two '_', or "
        "any number of '-'";
    static const char digest[] = "digest must be 'sha256:' and 64 lower-case hex digits";
    static const char tag[] = "tag must match [A-Za-z0-9_][A-Za-z0-9_.-]*";
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "image is empty"},
        {":justtag", "repository is missing"},
        {"@" DIGEST, "repository is missing"},
        {"Uppercase:tag", "repository must be lower case"},
        {"Team/app:tag", "repository must be lower case"},
        {"test:5000/Uppercase/lowercase:tag", "repository must be lower case"},
        {"app:", "tag is empty after ':'"},
        {"app:-x", tag},
        {"app:.x", tag},
        {"app:a+b", tag},
        {"app:${tag}", tag},
        {"app:" FIFTY FIFTY TEN TEN "012345678", "tag must be at most 128 characters"},
        {"app@", digest},
        {"app@" HEX, digest},
        {"app@sha256:ffffffff", digest},
        {"app@SHA256:" HEX, digest},
        {"app@" DIGEST "0", digest},
        {"app@sha256:A123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", digest},
        {"app:1@sha512:" HEX HEX, digest},
        {"app@" DIGEST "@" DIGEST, digest},
        {"aa/asdf$$^/aa", part},
        {"-app", part},
        {"app-", part},
        {"a..b", part},
        {"a___b", part},
        {"a._b", part},
        {"a/b_/c", part},
        {"/app", "repository has an empty part beside a '/'"},
        {"team//app", "repository has an empty part beside a '/'"},
        {"team/app/", "repository has an empty part beside a '/'"},
        {"https://registry.example.com/app", "must have no scheme: leave out everything up to '://'"},
        {"app :1", "must not contain white space"},
        {"app:1\n", "must not contain white space"},
        {"test.com:port/app", "registry port must be a number"},
        {"test.com:/app", "registry port must be a number"},
        {"-test.com/app", host},
        {"test..com/app", host},
        {"te_st.com:80/app", host},
        {"[fe80::1%eth0]:5000/repo", host},
        {"[2001:db8::1]", part},
        {HEX, "repository must not be 64 hex digits, which is an image id"},
        {FIFTY FIFTY FIFTY FIFTY FIFTY "012345", "repository must be at most 255 characters"},
    };
    for (size_t i = 0; i < LENGTH_OF(rows); i++) {
        Image image;
        const char *why = NULL;
        if (image_parse(str_from(rows[i].text), &image, &why))
            fail_msg("%s is taken for an image", rows[i].text);
        if (strcmp(why, rows[i].why))
            fail_msg("%s: '%s', expected '%s'", rows[i].text, why, rows[i].why);
    }
    Image image;
    const char *why;
    assert_false(image_parse(STR_NONE, &image, &why));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_good), cmocka_unit_test(test_bad)};
    return cmocka_run_group_tests_name("kube_image", tests, NULL, NULL);
}
