/*
 * Pinned actions: name, tag and the commit that the tag stood at when it was checked (standards catalogue, part D).
 * Workflows name an action once, here; the commit is what runs, the tag is what people read behind it.
 */
#include "kiln/render.h"
#include "kiln/yaml.h"

const PinnedAction pinned_actions[] = {
    {"Swatinem/rust-cache", "v2.9.2", "6323deb102c322ba6fcbdcafc7e3dddab59af2b6"},
    {"actions/attest-build-provenance", "v4.1.1", "0f67c3f4856b2e3261c31976d6725780e5e4c373"},
    {"actions/cache", "v6.1.0", "55cc8345863c7cc4c66a329aec7e433d2d1c52a9"},
    {"actions/checkout", "v7.0.1", "3d3c42e5aac5ba805825da76410c181273ba90b1"},
    {"actions/setup-go", "v7.0.0", "b7ad1dad31e06c5925ef5d2fc7ad053ef454303e"},
    {"actions/setup-node", "v7.0.0", "820762786026740c76f36085b0efc47a31fe5020"},
    {"actions/setup-python", "v7.0.0", "5fda3b95a4ea91299a34e894583c3862153e4b97"},
    {"actions/upload-artifact", "v7.0.1", "043fb46d1a93c77aae656e7c1c64a875d1fc6a0a"},
    {"anchore/sbom-action", "v0.24.0", "e22c389904149dbc22b58101806040fa8d37a610"},
    {"aquasecurity/trivy-action", "v0.36.0", "ed142fd0673e97e23eac54620cfb913e5ce36c25"},
    {"aws-actions/amazon-ecr-login", "v2.1.7", "03f1aad4c6c7ffd436567f42f9384779290529bd"},
    {"aws-actions/configure-aws-credentials", "v6.2.3", "e6de054238d6b7531b4efff3b6587d9aade6a06c"},
    {"azure/k8s-set-context", "v5.0.1", "8698eba2499e9012f0d5085f8798077cce4bc526"},
    {"azure/setup-kubectl", "v5.1.0", "829323503d1be3d00ca8346e5391ca0b07a9ab0d"},
    {"codecov/codecov-action", "v7.0.0", "fb8b3582c8e4def4969c97caa2f19720cb33a72f"},
    {"docker/build-push-action", "v7.3.0", "53b7df96c91f9c12dcc8a07bcb9ccacbed38856a"},
    {"docker/login-action", "v4.6.0", "dbcb813823bdd20940b903addbd779551569679f"},
    {"docker/metadata-action", "v6.2.0", "dc802804100637a589fabce1cb79ff13a1411302"},
    {"docker/setup-buildx-action", "v4.2.0", "bb05f3f5519dd87d3ba754cc423b652a5edd6d2c"},
    {"github/codeql-action/upload-sarif", "v4.37.7", "ff2f1c621b7f889edc0d3c761ac2e6a3f8cdb0dd"},
    {"sigstore/cosign-installer", "v4.1.2", "6f9f17788090df1f26f669e9d70d6ae9567deba6"},
    {"step-security/harden-runner", "v2.20.1", "b09bb98e06d4d774595224525879c09bc6e98c40"},
};
const size_t pinned_action_count = LENGTH_OF(pinned_actions);

const PinnedAction *pinned_action_find(Str name)
{
    for (size_t i = 0; i < pinned_action_count; i++) {
        if (str_equal(name, str_from(pinned_actions[i].name)))
            return &pinned_actions[i];
    }
    return NULL;
}

Str pinned_action_tag(Str uses)
{
    ptrdiff_t at = str_rfind_char(uses, '@');
    const PinnedAction *action = at < 0 ? NULL : pinned_action_find(str_slice(uses, 0, (size_t)at));
    if (!action || !str_ends(uses, str_from(action->sha)))
        return STR_NONE;
    return str_from(action->tag);
}

/* zizmor's undocumented-permissions and rule wf-permissions want a reason behind each permission but `contents:
 * read`. */
static const struct {
    const char *permission;
    const char *access;
    const char *reason;
} reasons[] = {
    {"actions", "write", "start the deployment"},
    {"actions", "read", "look up the run, or the environment's rules"},
    {"contents", "write", "commit what is deployed"},
    {"attestations", "write", "store the build provenance"},
    {"id-token", "write", "prove this run's identity: keyless signing, cloud login"},
    {"packages", "read", "pull images"},
    {"packages", "write", "push the image"},
    {"pull-requests", "write", "say what a change does"},
    {"security-events", "write", "upload the scan report"},
};

Str workflow_tag(const Sources *sources, const Value *uses)
{
    Str tag = pinned_action_tag(value_text(uses));
    return tag.size ? tag : yaml_comment_behind(sources, uses->origin);
}

Str permission_reason(Str permission, Str access)
{
    for (size_t i = 0; i < LENGTH_OF(reasons); i++) {
        if (str_equal(permission, str_from(reasons[i].permission)) && str_equal(access, str_from(reasons[i].access)))
            return str_from(reasons[i].reason);
    }
    return STR_NONE;
}

Str workflow_reason(const Sources *sources, Str permission, const Value *access)
{
    Str written = yaml_comment_behind(sources, access->origin);
    return written.size ? written : permission_reason(permission, value_text(access));
}
