/* Build: the commands that CI runs for a language when the definition names none (definition.md: build.commands). */
#include "service_private.h"

typedef struct LanguageCommands {
    const char *language;
    const char *install;
    const char *lint;
    const char *test;
} LanguageCommands;

static const LanguageCommands languages[] = {
    {"go", NULL, "go vet ./...", "go test -race -coverprofile=coverage.out ./..."},
    {"node", "npm ci", "npm run lint", "npm test"},
    {"python", "pip install --require-hashes -r requirements.txt", "ruff check .", "pytest --cov --cov-report=xml"},
    {"rust", NULL, "cargo clippy --locked", "cargo test --locked"},
    {"java", NULL, NULL, "./mvnw -B verify"},
    {"dotnet", "dotnet restore --locked-mode", NULL, "dotnet test"},
};

static const LanguageCommands *commands_of(Str language)
{
    for (size_t i = 0; i < LENGTH_OF(languages); i++) {
        if (str_equal(language, str_from(languages[i].language)))
            return &languages[i];
    }
    return NULL;
}

static void put_command(MapBuilder *map, const Value *stated, const char *name, const char *fallback)
{
    const Value *command = value_get(stated, str_from(name));
    if (is_off(command))
        put(map, name, NULL);
    else if (!value_is_none(command))
        put(map, name, command);
    else if (fallback)
        put_text(map, name, str_from(fallback));
    else
        put(map, name, NULL);
}

const Value *build_complete(Arena *arena, const Value *build, const Value *written)
{
    const LanguageCommands *language = commands_of(value_text_at(build, "language"));
    const Value *stated = value_get(written, STR("commands"));
    MapBuilder commands = map_begin(arena);
    put_command(&commands, stated, "install", language ? language->install : NULL);
    put_command(&commands, stated, "lint", language ? language->lint : NULL);
    put_command(&commands, stated, "test", language ? language->test : NULL);
    put_command(&commands, stated, "integration", NULL);
    put_command(&commands, stated, "build", NULL);
    MapBuilder map = map_begin_with(arena, build);
    put(&map, "commands", map_end(&commands, stated ? stated->origin : ORIGIN_NONE));
    const Value *dockerfile = value_get(build, STR("dockerfile"));
    if (value_is_none(dockerfile)) {
        Str context = value_text_at(build, "context");
        bool here = !context.size || str_equal(context, STR("."));
        put(&map, "dockerfile", here ? make_text(arena, ORIGIN_NONE, "Dockerfile")
                                     : make_text(arena, ORIGIN_NONE, "%.*s/Dockerfile", STR_ARG(context)));
    }
    return map_end(&map, build ? build->origin : ORIGIN_NONE);
}
