/* kiln release: which image of a service runs in an environment. */
#include "release.h"

#include "kiln/kube.h"
#include "kiln/model.h"

static Str repository_of(const Definition *definition)
{
    Image image;
    const char *why;
    Str text = value_text_at(definition->value, "image");
    return image_parse(text, &image, &why) ? image.repository : text;
}

/* IMAGE is a whole reference, or only what follows the definition's repository: ":v1.2.3", "@sha256:…". */
static bool parse_image(Release *release, Str service, Str given, Image *image)
{
    Definition definition;
    const char *why;
    if (!release_define(release, service, &definition))
        return false;
    Str repository = repository_of(&definition), text = given;
    if (str_starts(given, STR(":")) || str_starts(given, STR("@")))
        text = arena_printf(release->arena, "%.*s%.*s", STR_ARG(repository), STR_ARG(given));
    if (!image_parse(text, image, &why)) {
        diag_plain_error(release->diags, "image '%.*s': %s", STR_ARG(given), why);
        return false;
    }
    if (!image->tag.size && !image->digest.size)
        diag_plain_error(release->diags,
                         "image '%.*s' names neither a tag nor a digest; write %.*s:TAG@sha256:… or :TAG",
                         STR_ARG(given), STR_ARG(repository));
    else if (!str_equal(image->repository, repository))
        diag_plain_error(release->diags,
                         "image '%.*s' is of repository '%.*s', but service '%.*s' runs '%.*s'; a release changes tag "
                         "and digest alone",
                         STR_ARG(given), STR_ARG(image->repository), STR_ARG(service), STR_ARG(repository));
    return (image->tag.size || image->digest.size) && str_equal(image->repository, repository);
}

static bool parse_revision(Release *release, Str *revision)
{
    *revision = argument_value(release->arguments, OPTION_REVISION);
    if (!argument_given(release->arguments, OPTION_REVISION) || type_accepts(FIELD_REVISION, *revision))
        return true;
    diag_plain_error(release->diags, "option --revision: expected %s, found '%.*s'; 'git rev-parse %.*s' prints them",
                     type_expected(FIELD_REVISION), STR_ARG(*revision),
                     STR_ARG(revision->size ? *revision : STR("HEAD")));
    return false;
}

static bool record(Release *release, Str service, Str given)
{
    Image image;
    Str revision;
    bool ok = parse_revision(release, &revision);
    if (!parse_image(release, service, given, &image) || !ok)
        return false;
    const Value *before = release_recorded(release->environment, service);
    const Value *after = release_new(release->arena, image.tag, image.digest, revision);
    if (before && release_same_image(before, after) && str_equal(value_text_at(before, "revision"), revision)) {
        release_print(release, service, NULL, after, STR(" (recorded already)"));
        return true;
    }
    release_print(release, service, before, after, STR(""));
    release_add(release, service, after);
    return true;
}

ExitStatus command_release(const Arguments *arguments)
{
    if (arguments->operand_count != 3) {
        cli_error("expected ENV SERVICE IMAGE, as in 'kiln release production api :v1.2.3@sha256:…'");
        return EXIT_TROUBLE;
    }
    Release release;
    bool ok = release_begin(&release, arguments, &arguments->operands[0], 1, &arguments->operands[1], 1) &&
              record(&release, arguments->operands[1], arguments->operands[2]);
    return release_end(&release, ok);
}
