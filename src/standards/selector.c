/* Label selectors, as the API server reads them (meta/v1 LabelSelector): every pair and every expression must fit. */
#include "standards_private.h"

static bool pairs_match(const Value *pairs, const Value *labels)
{
    for (uint32_t i = 0; value_is(pairs, VALUE_MAP) && i < pairs->size; i++) {
        const Value *label = value_get(labels, pairs->entries[i].key);
        if (!label || !value_equal(label, pairs->entries[i].value))
            return false;
    }
    return true;
}

static bool expression_matches(const Value *expression, const Value *labels)
{
    Str operator = value_text_at(expression, "operator");
    const Value *label = value_get(labels, value_text_at(expression, "key"));
    if (str_equal(operator, STR("Exists")))
        return label != NULL;
    if (str_equal(operator, STR("DoesNotExist")))
        return !label;
    const Value *values = value_get(expression, STR("values"));
    bool in = false;
    for (uint32_t i = 0; label && value_is(values, VALUE_LIST) && i < values->size; i++)
        in |= value_equal(values->items[i], label);
    return str_equal(operator, STR("NotIn")) ? !in : in;
}

/* A Service's selector is the bare pairs; a LabelSelector has them under matchLabels. */
bool selector_matches(const Value *selector, const Value *labels)
{
    const Value *pairs = value_get(selector, STR("matchLabels")),
                *list = value_get(selector, STR("matchExpressions"));
    if (!pairs && !list)
        return pairs_match(selector, labels);
    if (!pairs_match(pairs, labels))
        return false;
    for (uint32_t i = 0; value_is(list, VALUE_LIST) && i < list->size; i++) {
        if (!expression_matches(list->items[i], labels))
            return false;
    }
    return true;
}
