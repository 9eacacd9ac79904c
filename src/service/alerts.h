/* What alerts.c and slo.c share: an alert before it becomes a rule. */
#ifndef KILN_SERVICE_ALERTS_H
#define KILN_SERVICE_ALERTS_H

#include "service_private.h"

typedef struct AlertText {
    Str name; /* the service's name stands before it */
    const Value *expression;
    const Value *wait; /* or NULL, as all that follow */
    const Value *severity;
    const Value *summary;
    const Value *runbook;
} AlertText;

const Value *alert_make(const Work *work, const AlertText *text, Origin place);

/* The rules of the service's objectives; an empty list where it states none. */
const Value *slo_rules(Work *work);

#endif
