/* The project as it was at a revision, for the commands that compare with it. */
#include "cli_private.h"

#include <errno.h>
#include <unistd.h>

/* In messages as git itself takes it: git show 0123456789ab:services/web.yaml. */
enum { SHOWN_ID = 12 };

bool cli_git(const Arguments *arguments, Diags *diags, ProjectPlace *here, Git **git)
{
    if (!project_find(arguments->arena, cli_folder(arguments), diags, here))
        return false;
    *git = git_open(arguments->arena, here->root, environ, diags);
    return *git;
}

bool cli_base_open(const Arguments *arguments, Str revision, Diags *diags, Base *base)
{
    ProjectPlace here;
    Str ignored;
    if (!cli_git(arguments, diags, &here, &base->git) || !git_base(base->git, revision, &base->commit, diags))
        return false;
    base->store = git_store_open(base->git, base->commit, diags);
    if (!base->store)
        return false;
    Str shown = arena_printf(arguments->arena, "%.*s:%.*s", STR_ARG(str_slice(base->commit, 0, SHOWN_ID)),
                             STR_ARG(git_prefix(base->git)));
    base->place = (ProjectPlace){base->store, here.root, shown};
    int error = store_read(base->store, arguments->arena, STR("kiln.yaml"), PROJECT_FILE_LIMIT, &ignored);
    base->has_project = error != ENOENT && error != ENOTDIR;
    if (!base->has_project)
        diag_plain_note(diags, "%.*skiln.yaml is not there; all of the project counts as new", STR_ARG(shown));
    if (error != ECANCELED)
        return true;
    cli_base_close(base);
    return false;
}

void cli_base_close(Base *base)
{
    git_store_close(base->store);
}
