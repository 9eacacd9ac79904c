/* The file system: what is read, what is refused, atomic replacement, listings. Each test has its own folder. */
#include "kiln/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROOMY = 1 << 20, NOBODY = 65534 };

typedef struct Desk {
    Arena *arena;
    char root[64];
    int fd;
} Desk;

static int setup(void **state)
{
    Desk *desk = calloc(1, sizeof *desk);
    desk->arena = arena_new();
    snprintf(desk->root, sizeof desk->root, "/tmp/kiln-base-XXXXXX");
    assert_non_null(mkdtemp(desk->root));
    assert_int_equal(chmod(desk->root, 0755), 0);
    desk->fd = open(desk->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(desk->fd >= 0);
    *state = desk;
    return 0;
}

static int teardown(void **state)
{
    Desk *desk = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", desk->root);
    int status = system(command);
    close(desk->fd);
    arena_free(desk->arena);
    free(desk);
    return status;
}

static void put(const Desk *desk, const char *path, const char *text)
{
    int fd = openat(desk->fd, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
}

static void folder(const Desk *desk, const char *path)
{
    assert_int_equal(mkdirat(desk->fd, path, 0755), 0);
}

static void expect_text(const Desk *desk, const char *path, const char *expected)
{
    Str text;
    assert_int_equal(file_read(desk->arena, desk->fd, path, ROOMY, &text), 0);
    assert_true(str_equal(text, str_from(expected)));
}

static size_t count_entries(const Desk *desk, const char *path)
{
    FileEntry *entries;
    size_t count;
    assert_int_equal(folder_list(desk->arena, desk->fd, path, &entries, &count), 0);
    return count;
}

static size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *own = opendir("/proc/self/fd");
    if (!own)
        return 0;
    while (readdir(own))
        count++;
    closedir(own);
    return count;
}

/* ---- reading ---- */

static void test_read(void **state)
{
    Desk *desk = *state;
    Str text;
    put(desk, "five", "12345");
    put(desk, "empty", "");
    assert_int_equal(file_read(desk->arena, desk->fd, "five", 5, &text), 0);
    assert_true(str_equal(text, STR("12345")) && text.data[5] == '\0');
    assert_int_equal(file_read(desk->arena, desk->fd, "five", 4, &text), EFBIG);
    assert_int_equal(file_read(desk->arena, desk->fd, "empty", 0, &text), 0);
    assert_true(text.size == 0 && text.data && text.data[0] == '\0');
    assert_int_equal(file_read(desk->arena, desk->fd, "missing", ROOMY, &text), ENOENT);
    assert_int_equal(file_read(desk->arena, desk->fd, "five/x", ROOMY, &text), ENOTDIR);
    assert_int_equal(file_read(desk->arena, desk->fd, ".", ROOMY, &text), EISDIR);
    assert_int_equal(symlinkat("five", desk->fd, "link"), 0);
    expect_text(desk, "link", "12345");
    char path[128];
    snprintf(path, sizeof path, "%s/five", desk->root);
    assert_int_equal(file_read(desk->arena, AT_FDCWD, path, ROOMY, &text), 0);
    assert_true(str_equal(text, STR("12345")));
}

static void test_read_no_file(void **state)
{
    Desk *desk = *state;
    Str text;
    assert_int_equal(mkfifoat(desk->fd, "fifo", 0666), 0);
    assert_int_equal(file_read(desk->arena, desk->fd, "fifo", ROOMY, &text), EINVAL);
    assert_int_equal(file_read(desk->arena, AT_FDCWD, "/dev/null", ROOMY, &text), EINVAL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", desk->root);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(file_read(desk->arena, desk->fd, "socket", ROOMY, &text), EINVAL);
    close(listener);
}

static void test_read_large(void **state)
{
    Desk *desk = *state;
    Buf large = {0};
    for (unsigned i = 0; i < 300000; i++)
        buf_printf(&large, "%07u\n", i);
    assert_int_equal(file_write(desk->fd, "large", buf_str(&large)), 0);
    Str text;
    assert_int_equal(file_read(desk->arena, desk->fd, "large", large.size, &text), 0);
    assert_true(str_equal(text, buf_str(&large)));
    int fd = openat(desk->fd, "large", O_RDONLY | O_CLOEXEC);
    assert_int_equal(file_read_fd(desk->arena, fd, large.size, &text), 0);
    assert_true(str_equal(text, buf_str(&large)) && text.data[text.size] == '\0');
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(file_read_fd(desk->arena, fd, large.size - 1, &text), EFBIG);
    close(fd);
    buf_release(&large);
    assert_int_equal(file_read_fd(desk->arena, -1, ROOMY, &text), EBADF);
}

typedef struct Reading {
    size_t calls;
    size_t at; /* from how many bytes on no more is wanted */
    size_t kept;
} Reading;

static size_t enough(void *user, Str text)
{
    Reading *reading = user;
    reading->calls++;
    return text.size < reading->at ? SIZE_MAX : reading->kept;
}

static void test_read_enough(void **state)
{
    Desk *desk = *state;
    Str text;
    int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    Reading some = {.at = 100000, .kept = 7};
    assert_int_equal(file_read_enough(desk->arena, fd, SIZE_MAX / 2, enough, &some, &text), 0);
    assert_true(text.size == 7 && text.data[7] == '\0' && some.calls > 1);
    Reading all = {.at = 1, .kept = 1u << 30};
    assert_int_equal(file_read_enough(desk->arena, fd, SIZE_MAX / 2, enough, &all, &text), 0);
    assert_true(text.size > 7 && all.calls == 1);
    Reading never = {.at = SIZE_MAX};
    assert_int_equal(file_read_enough(desk->arena, fd, 100000, enough, &never, &text), EFBIG);
    close(fd);
}

/* What the kernel makes up on reading claims to be empty. */
static void test_read_without_size(void **state)
{
    Desk *desk = *state;
    Str text;
    struct stat status;
    if (stat("/proc/self/status", &status) || status.st_size)
        skip();
    assert_int_equal(file_read(desk->arena, AT_FDCWD, "/proc/self/status", ROOMY, &text), 0);
    assert_true(str_starts(text, STR("Name:")));
    assert_int_equal(file_read(desk->arena, AT_FDCWD, "/proc/self/status", 4, &text), EFBIG);
}

static void test_read_pipe(void **state)
{
    Desk *desk = *state;
    Str text;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], "a\0b", 3), 3);
    close(ends[1]);
    assert_int_equal(file_read_fd(desk->arena, ends[0], 3, &text), 0);
    assert_true(str_equal(text, STR("a\0b")));
    close(ends[0]);
}

/* Whoever started us may have left standard input as one that does not block. */
static void test_read_nonblocking(void **state)
{
    Desk *desk = *state;
    Str text;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    pid_t writer = fork();
    assert_true(writer >= 0);
    if (writer == 0) {
        usleep(20 * 1000);
        bool one = write(ends[1], "one", 3) == 3;
        usleep(20 * 1000);
        _exit(!one || write(ends[1], "two", 3) != 3);
    }
    close(ends[1]);
    assert_int_equal(file_read_fd(desk->arena, ends[0], ROOMY, &text), 0);
    assert_true(str_equal(text, STR("onetwo")));
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
}

static void test_read_beneath(void **state)
{
    Desk *desk = *state;
    Str root = str_from(desk->root), text;
    folder(desk, "in");
    folder(desk, "in/deep");
    put(desk, "in/deep/file", "here");
    put(desk, "plain", "plain");
    assert_int_equal(symlinkat("plain", desk->fd, "link"), 0);
    assert_int_equal(symlinkat("in", desk->fd, "linked"), 0);
    assert_int_equal(symlinkat("/etc", desk->fd, "in/out"), 0);
    assert_int_equal(symlinkat("nowhere", desk->fd, "dangling"), 0);
    assert_int_equal(mkfifoat(desk->fd, "fifo", 0666), 0);
    static const struct {
        Str path;
        int error;
    } rows[] = {
        {{"plain", 5}, 0},
        {{"in/deep/file", 12}, 0},
        {{"missing", 7}, ENOENT},
        {{"in/missing/file", 15}, ENOENT},
        {{"plain/file", 10}, ENOTDIR},
        {{"in/deep", 7}, EISDIR},
        {{"fifo", 4}, EINVAL},
        {{"..", 2}, EINVAL},
        {{"in/../plain", 11}, EINVAL},
        {{"in/deep/../../plain", 19}, EINVAL},
        {{"/etc/passwd", 11}, EINVAL},
        {{"in//deep/file", 13}, EINVAL},
        {{"in/deep/", 8}, EINVAL},
        {{"./plain", 7}, EINVAL},
        {{"", 0}, EINVAL},
        {{NULL, 0}, EINVAL},
        {{"plain\0/x", 8}, EINVAL},
        {{"plain\0", 6}, EINVAL},
        {{"link", 4}, ELOOP},
        {{"dangling", 8}, ELOOP},
        {{"linked/deep/file", 16}, ELOOP},
        {{"in/out/passwd", 13}, ELOOP},
        {{"dangling/file", 13}, ELOOP},
    };
    size_t before = open_descriptors();
    for (size_t i = 0; i < LENGTH_OF(rows); i++) {
        int error = file_read_beneath(desk->arena, root, rows[i].path, ROOMY, &text);
        if (error != rows[i].error)
            fail_msg("'%.*s': %s", STR_ARG(rows[i].path), error ? strerror(error) : "was read");
    }
    assert_int_equal(open_descriptors(), before);
    assert_int_equal(file_read_beneath(desk->arena, root, STR("in/deep/file"), 4, &text), 0);
    assert_true(str_equal(text, STR("here")));
    assert_int_equal(file_read_beneath(desk->arena, root, STR("in/deep/file"), 3, &text), EFBIG);
    assert_int_equal(file_read_beneath(desk->arena, STR("/nowhere/at/all"), STR("x"), 3, &text), ENOENT);
    char name[301];
    memset(name, 'x', sizeof name);
    assert_int_equal(file_read_beneath(desk->arena, root, (Str){name, sizeof name}, ROOMY, &text), ENAMETOOLONG);
    assert_int_equal(file_read_beneath(desk->arena, root, (Str){name, 255}, ROOMY, &text), ENOENT);
}

/* ---- writing ---- */

static void test_write(void **state)
{
    Desk *desk = *state;
    assert_int_equal(file_write(desk->fd, "a", STR("one")), 0);
    expect_text(desk, "a", "one");
    assert_int_equal(file_write(desk->fd, "a", STR("2")), 0);
    expect_text(desk, "a", "2");
    assert_int_equal(file_write(desk->fd, "a", STR_NONE), 0);
    expect_text(desk, "a", "");
    assert_int_equal(count_entries(desk, "."), 1);
    char name[256];
    memset(name, 'n', sizeof name);
    name[255] = '\0';
    assert_int_equal(file_write(desk->fd, name, STR("long")), 0);
    expect_text(desk, name, "long");
    assert_int_equal(count_entries(desk, "."), 2);
}

/* Whoever has the old file open goes on reading the old text. */
static void test_write_replaces(void **state)
{
    Desk *desk = *state;
    put(desk, "a", "old");
    put(desk, "target", "theirs");
    assert_int_equal(symlinkat("target", desk->fd, "link"), 0);
    int fd = openat(desk->fd, "a", O_RDONLY | O_CLOEXEC);
    assert_int_equal(file_write(desk->fd, "a", STR("new")), 0);
    Str text;
    assert_int_equal(file_read_fd(desk->arena, fd, ROOMY, &text), 0);
    assert_true(str_equal(text, STR("old")));
    close(fd);
    expect_text(desk, "a", "new");
    /* A link is replaced, not followed. */
    assert_int_equal(file_write(desk->fd, "link", STR("ours")), 0);
    expect_text(desk, "link", "ours");
    expect_text(desk, "target", "theirs");
}

/* The name of the temporary file behind path/name, as this process would choose it. */
static const char *temporary(const Desk *desk, const char *path, const char *name)
{
    return arena_printf(desk->arena, "%s%s%ld-%s", path, FILE_TEMPORARY_PREFIX, (long)getpid(), name).data;
}

/* What a killed run left is no obstacle, whatever it is, and nothing behind it changes. */
static void test_write_stale(void **state)
{
    Desk *desk = *state;
    const char *stale = temporary(desk, "", "a");
    put(desk, stale, "a longer text of a killed run");
    assert_int_equal(file_write(desk->fd, "a", STR("new")), 0);
    expect_text(desk, "a", "new");
    assert_int_equal(count_entries(desk, "."), 1);
    put(desk, "theirs", "theirs");
    assert_int_equal(symlinkat("theirs", desk->fd, stale), 0);
    assert_int_equal(file_write(desk->fd, "a", STR("newer")), 0);
    expect_text(desk, "a", "newer");
    expect_text(desk, "theirs", "theirs");
    assert_int_equal(linkat(desk->fd, "theirs", desk->fd, stale, 0), 0);
    assert_int_equal(file_write(desk->fd, "a", STR("newest")), 0);
    expect_text(desk, "a", "newest");
    expect_text(desk, "theirs", "theirs");
    assert_int_equal(count_entries(desk, "."), 2);
}

enum { PAGE = 256 * 1024, ROUNDS = 60 };

static void write_pages(const Desk *desk, char letter)
{
    Buf page = {0};
    int error = 0;
    buf_add_repeat(&page, letter, PAGE);
    for (unsigned i = 0; i < ROUNDS && !error; i++)
        error = file_write(desk->fd, "page", buf_str(&page));
    buf_release(&page);
    _exit(error != 0);
}

/* Two runs may write the same file at the same time; whoever reads it sees the whole text of one of them. */
static void test_write_at_once(void **state)
{
    Desk *desk = *state;
    put(desk, "page", "");
    pid_t writers[2];
    for (int i = 0; i < 2; i++) {
        writers[i] = fork();
        assert_true(writers[i] >= 0);
        if (writers[i] == 0)
            write_pages(desk, (char)('a' + i));
    }
    for (int done = 0, status = 0; done < 2;) {
        Arena *arena = arena_new();
        Str text;
        assert_int_equal(file_read(arena, desk->fd, "page", ROOMY, &text), 0);
        assert_true(text.size == 0 || text.size == PAGE);
        assert_true(text.size == 0 || memcmp(text.data, text.data + 1, PAGE - 1) == 0);
        arena_free(arena);
        if (waitpid(-1, &status, WNOHANG) > 0) {
            assert_int_equal(status, 0);
            done++;
        }
    }
    assert_int_equal(count_entries(desk, "."), 1);
}

static void test_write_fails(void **state)
{
    Desk *desk = *state;
    folder(desk, "folder");
    put(desk, "folder/kept", "kept");
    assert_int_equal(file_write(desk->fd, "folder", STR("x")), EISDIR);
    expect_text(desk, "folder/kept", "kept");
    assert_int_equal(file_write(desk->fd, "missing/x", STR("x")), ENOENT);
    assert_int_equal(count_entries(desk, "."), 1);
    folder(desk, temporary(desk, "", "b"));
    assert_int_not_equal(file_write(desk->fd, "b", STR("x")), 0);
    assert_int_equal(faccessat(desk->fd, "b", F_OK, 0), -1);
}

/* Root may write anywhere, so the call is made as somebody else; where that cannot be, as whoever runs the test. */
static int write_as_nobody(int at, const char *name, Str text)
{
    bool root = geteuid() == 0;
    if (root && seteuid(NOBODY))
        skip();
    int error = file_write(at, name, text);
    if (root)
        assert_int_equal(seteuid(0), 0);
    return error;
}

static void test_write_not_allowed(void **state)
{
    Desk *desk = *state;
    folder(desk, "shut");
    put(desk, "shut/a", "old");
    assert_int_equal(fchmodat(desk->fd, "shut", 0555, 0), 0);
    int at = openat(desk->fd, "shut", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(write_as_nobody(at, "a", STR("new")), EACCES);
    assert_int_equal(write_as_nobody(at, "b", STR("new")), EACCES);
    assert_int_equal(count_entries(desk, "shut"), 1);
    expect_text(desk, "shut/a", "old");
    /* A stale file that may not be written can still be removed from a folder that may be. */
    assert_int_equal(fchmodat(desk->fd, "shut", 0777, 0), 0);
    const char *stale = temporary(desk, "shut/", "a");
    put(desk, stale, "stale");
    assert_int_equal(fchmodat(desk->fd, stale, 0444, 0), 0);
    assert_int_equal(write_as_nobody(at, "a", STR("new")), 0);
    expect_text(desk, "shut/a", "new");
    assert_int_equal(count_entries(desk, "shut"), 1);
    close(at);
}

/* ---- listing ---- */

static void test_list(void **state)
{
    Desk *desk = *state;
    folder(desk, "in");
    static const char *const names[] = {"b", "a", "B", ".hidden", "a-b", "a.b", "\xc3\xa9", "z"};
    for (size_t i = 0; i < LENGTH_OF(names); i++) {
        char path[32];
        snprintf(path, sizeof path, "in/%s", names[i]);
        put(desk, path, "");
    }
    folder(desk, "in/folder");
    assert_int_equal(symlinkat("b", desk->fd, "in/link"), 0);
    assert_int_equal(symlinkat("folder", desk->fd, "in/link2"), 0);
    assert_int_equal(mkfifoat(desk->fd, "in/pipe", 0666), 0);
    static const struct {
        const char *name;
        bool is_folder, is_regular, is_link;
    } rows[] = {
        {".hidden", 0, 1, 0}, {"B", 0, 1, 0},    {"a", 0, 1, 0},      {"a-b", 0, 1, 0},
        {"a.b", 0, 1, 0},     {"b", 0, 1, 0},    {"folder", 1, 0, 0}, {"link", 0, 0, 1},
        {"link2", 0, 0, 1},   {"pipe", 0, 0, 0}, {"z", 0, 1, 0},      {"\xc3\xa9", 0, 1, 0},
    };
    FileEntry *entries;
    size_t count;
    assert_int_equal(folder_list(desk->arena, desk->fd, "in", &entries, &count), 0);
    assert_int_equal(count, LENGTH_OF(rows));
    for (size_t i = 0; i < count; i++) {
        assert_true(str_equal(entries[i].name, str_from(rows[i].name)));
        assert_int_equal(entries[i].is_folder, rows[i].is_folder);
        assert_int_equal(entries[i].is_regular, rows[i].is_regular);
        assert_int_equal(entries[i].is_link, rows[i].is_link);
    }
}

static void test_list_beneath(void **state)
{
    Desk *desk = *state;
    folder(desk, "in");
    folder(desk, "in/deep");
    put(desk, "in/deep/b", "text");
    put(desk, "in/deep/a", "");
    assert_int_equal(symlinkat("in", desk->fd, "link"), 0);
    assert_int_equal(symlinkat("deep", desk->fd, "in/link"), 0);
    static const struct {
        const char *path;
        int error;
    } rows[] = {
        {"in/deep", 0},         {"link", ELOOP},      {"link/deep", ELOOP}, {"in/link", ELOOP},
        {"in/deep/a", ENOTDIR}, {"missing", ENOENT},  {"in/../in", EINVAL}, {"", EINVAL},
        {"in/", EINVAL},        {"/in/deep", EINVAL},
    };
    size_t before = open_descriptors();
    const FileStore *store = store_on_disk(desk->arena, str_from(desk->root));
    for (size_t i = 0; i < LENGTH_OF(rows); i++) {
        FileEntry *entries;
        size_t count;
        int error = store_list(store, desk->arena, str_from(rows[i].path), &entries, &count);
        if (error != rows[i].error)
            fail_msg("%s: %d", rows[i].path, error);
        if (!error) {
            assert_int_equal(count, 2);
            assert_true(str_equal(entries[0].name, STR("a")));
        }
    }
    Str text;
    assert_int_equal(store_read(store, desk->arena, STR("in/deep/b"), 4, &text), 0);
    assert_true(str_equal(text, STR("text")));
    assert_int_equal(store_read(store, desk->arena, STR("in/deep/b"), 3, &text), EFBIG);
    assert_int_equal(open_descriptors(), before);
}

static void test_list_edges(void **state)
{
    Desk *desk = *state;
    FileEntry *entries;
    size_t count = 99;
    size_t before = open_descriptors();
    assert_int_equal(folder_list(desk->arena, desk->fd, ".", &entries, &count), 0);
    assert_int_equal(count, 0);
    assert_int_equal(folder_list(desk->arena, desk->fd, "missing", &entries, &count), ENOENT);
    put(desk, "file", "");
    assert_int_equal(folder_list(desk->arena, desk->fd, "file", &entries, &count), ENOTDIR);
    for (unsigned i = 0; i < 2000; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%04u", 1999 - i);
        put(desk, name, "");
    }
    assert_int_equal(folder_list(desk->arena, desk->fd, ".", &entries, &count), 0);
    assert_int_equal(count, 2001);
    for (size_t i = 1; i < count; i++)
        assert_true(str_compare(entries[i - 1].name, entries[i].name) < 0);
    assert_int_equal(open_descriptors(), before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void test_device_names(void **state)
{
    static const char *const devices[] = {"con", "NUL", "prn.yaml", "Aux.tar.gz", "com1", "LPT9.yaml", "nul .yaml",
                                          "conin$", "CONOUT$.txt"};
    static const char *const others[] = {"", ".con", "co", "cone", "con-a", "com", "com0", "com10", "comx", "lpt",
                                         "nul-yaml", " nul", "conin", "auxiliary.yaml"};
    (void)state;
    for (size_t i = 0; i < LENGTH_OF(devices); i++)
        assert_true(name_is_device(str_from(devices[i])));
    for (size_t i = 0; i < LENGTH_OF(others); i++)
        assert_false(name_is_device(str_from(others[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_read),
        TEST(test_read_no_file),
        TEST(test_read_large),
        TEST(test_read_without_size),
        TEST(test_read_enough),
        TEST(test_read_pipe),
        TEST(test_read_nonblocking),
        TEST(test_read_beneath),
        TEST(test_write),
        TEST(test_write_replaces),
        TEST(test_write_stale),
        TEST(test_write_at_once),
        TEST(test_write_fails),
        TEST(test_write_not_allowed),
        TEST(test_device_names),
        TEST(test_list),
        TEST(test_list_beneath),
        TEST(test_list_edges),
    };
    return cmocka_run_group_tests_name("base_file", tests, NULL, NULL);
}
