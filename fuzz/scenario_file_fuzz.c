/*
 * scenario_file_fuzz.c - any bytes as a scenario file: parsed, or refused with a mistake that says
 * why; never a crash, a leak or a hang.
 */
#include "base/check.h"
#include "scenario/scenario.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mistake mistake = {""};
    struct source source = {0};
    struct scenario *scenario = NULL;

    if (source_from_bytes(&source, "fuzz/input.yaml", data, size, &mistake))
        scenario = scenario_parse(&source, &mistake);
    CHECK(scenario != NULL || mistake.text[0] != '\0');
    scenario_free(scenario);
    source_free(&source);
    return 0;
}
