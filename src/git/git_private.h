/* What the files of this room share: the repository, and running git in it. */
#ifndef KILN_GIT_PRIVATE_H
#define KILN_GIT_PRIVATE_H

#include "kiln/git.h"

struct Git {
    Arena *arena;
    Str folder;
    Str prefix;
    bool shallow;
    char *const *environment; /* git's own */
};

/* repository.c: the commit's id, empty where there is none */
bool git_find_commit(const Git *git, Str revision, Str *commit, Diags *diags) KILN_MUST_USE;

/* run.c */

char *const *git_environment(Arena *arena, char *const *environment);

/* One git at work. in is a socket, so that writing to a git that has ended is an error and no signal. */
typedef struct GitProcess {
    pid_t pid;
    int in;
    int out;
    int errors; /* a file without a name */
} GitProcess;
/* args: from git's command on, ended by NULL. */
bool git_start(const Git *git, const char *const *args, GitProcess *process, Diags *diags) KILN_MUST_USE;
/* Waits for its end: the exit status, and what it said on stderr. Closes everything. */
int git_finish(const Git *git, GitProcess *process, Str *errors);

typedef struct GitOutput {
    int status;
    Str text;
    Str errors;
} GitOutput;
/* Runs git to its end; false only when it cannot be run at all (reported). */
bool git_run(const Git *git, const char *const *args, GitOutput *output, Diags *diags) KILN_MUST_USE;
/* What git said of its failure, in our words. */
void git_report(const Git *git, Str errors, Diags *diags);

/* batch.c: a conversation with git cat-file --batch */

typedef struct Batch Batch;
Batch *batch_new(const Git *git, Diags *diags); /* NULL: reported */
void batch_free(Batch *batch);
/* How many objects can be asked for before the first answer is read. */
size_t batch_window(Str id);
bool batch_ask(Batch *batch, Str object);

typedef struct BatchAnswer {
    Str kind; /* "blob", "tree"; "missing" for what git does not have */
    size_t size;
    Str text; /* data NULL: longer than the limit, or missing */
} BatchAnswer;
/* The answer to the oldest question, in arena. false: git has ended (reported). */
bool batch_answer(Batch *batch, Arena *arena, size_t limit, BatchAnswer *answer);

#endif
