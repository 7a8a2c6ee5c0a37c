/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compartment - see compartment.h. The table is HL7's CompartmentDefinition of R4 (CC0) with each parameter's path in its
 * place; where a path leads to other types too, only those of the compartment are taken.
 */
#include "harness/judge/compartment.h"

#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/json.h"
#include "harness/judge/facts.h"

#define PATHS_MAX 5

static const struct {
    const char *type;
    const char *paths[COMPARTMENTS][PATHS_MAX]; /* members, joined by dots */
} rows[] = {
    {"Account", {{"subject"}, {NULL}}},
    {"AdverseEvent", {{"subject"}, {NULL}}},
    {"AllergyIntolerance", {{"patient", "recorder", "asserter"}, {NULL}}},
    {"Appointment", {{"participant.actor"}, {NULL}}},
    {"AppointmentResponse", {{"actor"}, {NULL}}},
    {"AuditEvent", {{"agent.who", "entity.what"}, {NULL}}},
    {"Basic", {{"subject", "author"}, {NULL}}},
    {"BodyStructure", {{"patient"}, {NULL}}},
    {"CarePlan", {{"subject", "activity.detail.performer"}, {"encounter"}}},
    {"CareTeam", {{"subject", "participant.member"}, {"encounter"}}},
    {"ChargeItem", {{"subject"}, {"context"}}},
    {"Claim", {{"patient", "payee.party"}, {"item.encounter"}}},
    {"ClaimResponse", {{"patient"}, {NULL}}},
    {"ClinicalImpression", {{"subject"}, {"encounter"}}},
    {"Communication", {{"subject", "sender", "recipient"}, {"encounter"}}},
    {"CommunicationRequest", {{"subject", "sender", "recipient", "requester"}, {"encounter"}}},
    {"Composition", {{"subject", "author", "attester.party"}, {"encounter"}}},
    {"Condition", {{"subject", "asserter"}, {"encounter"}}},
    {"Consent", {{"patient"}, {NULL}}},
    {"Coverage", {{"policyHolder", "subscriber", "beneficiary", "payor"}, {NULL}}},
    {"CoverageEligibilityRequest", {{"patient"}, {NULL}}},
    {"CoverageEligibilityResponse", {{"patient"}, {NULL}}},
    {"DetectedIssue", {{"patient"}, {NULL}}},
    {"DeviceRequest", {{"subject", "performer"}, {"encounter"}}},
    {"DeviceUseStatement", {{"subject"}, {NULL}}},
    {"DiagnosticReport", {{"subject"}, {"encounter"}}},
    {"DocumentManifest", {{"subject", "author", "recipient"}, {"related.ref"}}},
    {"DocumentReference", {{"subject", "author"}, {"context.encounter"}}},
    {"Encounter", {{"subject"}, {NULL}}},
    {"EnrollmentRequest", {{"candidate"}, {NULL}}},
    {"EpisodeOfCare", {{"patient"}, {NULL}}},
    {"ExplanationOfBenefit", {{"patient", "payee.party"}, {"item.encounter"}}},
    {"FamilyMemberHistory", {{"patient"}, {NULL}}},
    {"Flag", {{"subject"}, {NULL}}},
    {"Goal", {{"subject"}, {NULL}}},
    {"Group", {{"member.entity"}, {NULL}}},
    {"ImagingStudy", {{"subject"}, {NULL}}},
    {"Immunization", {{"patient"}, {NULL}}},
    {"ImmunizationEvaluation", {{"patient"}, {NULL}}},
    {"ImmunizationRecommendation", {{"patient"}, {NULL}}},
    {"Invoice", {{"subject", "recipient"}, {NULL}}},
    {"List", {{"subject", "source"}, {NULL}}},
    {"MeasureReport", {{"subject"}, {NULL}}},
    {"Media", {{"subject"}, {"encounter"}}},
    {"MedicationAdministration", {{"subject", "performer.actor"}, {"context"}}},
    {"MedicationDispense", {{"subject", "receiver"}, {NULL}}},
    {"MedicationRequest", {{"subject"}, {"encounter"}}},
    {"MedicationStatement", {{"subject"}, {NULL}}},
    {"MolecularSequence", {{"patient"}, {NULL}}},
    {"NutritionOrder", {{"patient"}, {"encounter"}}},
    {"Observation", {{"subject", "performer"}, {"encounter"}}},
    {"Patient", {{"link.other"}, {NULL}}},
    {"Person", {{"link.target"}, {NULL}}},
    {"Procedure", {{"subject", "performer.actor"}, {"encounter"}}},
    {"Provenance", {{"target"}, {NULL}}},
    {"QuestionnaireResponse", {{"subject", "author"}, {"encounter"}}},
    {"RelatedPerson", {{"patient"}, {NULL}}},
    {"RequestGroup", {{"subject", "action.participant"}, {"encounter"}}},
    {"ResearchSubject", {{"individual"}, {NULL}}},
    {"RiskAssessment", {{"subject"}, {NULL}}},
    {"Schedule", {{"actor"}, {NULL}}},
    {"ServiceRequest", {{"subject", "performer"}, {"encounter"}}},
    {"Specimen", {{"subject"}, {NULL}}},
    {"SupplyDelivery", {{"patient"}, {NULL}}},
    {"SupplyRequest", {{"deliverTo"}, {NULL}}},
    {"Task", {{"for", "focus"}, {NULL}}},
    {"VisionPrescription", {{"patient"}, {"encounter"}}},
};

static const char *const types[COMPARTMENTS] = {
    [COMPARTMENT_PATIENT] = "Patient", [COMPARTMENT_ENCOUNTER] = "Encounter"};

bool owners_has(const struct owners *owners, const char *reference)
{
    for (size_t i = 0; i < owners->count; i++)
        if (strcmp(owners->references[i], reference) == 0)
            return true;
    return false;
}

void owners_add(struct owners *owners, const char *reference)
{
    if (owners->count < OWNERS_MAX && !owners_has(owners, reference))
        owners->references[owners->count++] = reference;
}

static bool is_of_type(const char *reference, const char *type)
{
    size_t size = strlen(type);

    return strncmp(reference, type, size) == 0 && reference[size] == '/';
}

struct gathering {
    const struct facts *facts;
    const char *type;
    struct owners *out;
};

/* Lists are passed through: a path means each of their entries. */
static void gather(const struct gathering *gathering, const struct cJSON *tree, const char *path)
{
    const struct cJSON *child;

    if (cJSON_IsArray(tree)) {
        cJSON_ArrayForEach(child, tree)
        {
            gather(gathering, child, path);
        }
        return;
    }
    if (*path) {
        size_t size = strcspn(path, ".");
        const char *name = arena_copy(gathering->facts->arena, path, size);

        gather(gathering, json_get(tree, name), path + size + (path[size] == '.'));
        return;
    }
    const char *reference = facts_reference(gathering->facts, json_string(tree, "reference"), NULL);
    if (reference && is_of_type(reference, gathering->type))
        owners_add(gathering->out, reference);
}

void compartment_owners(const struct facts *facts, enum compartment compartment,
                        const struct fact_version *version, struct owners *out)
{
    const struct gathering gathering = {facts, types[compartment], out};
    const struct fact_resource *resource = version ? version->resource : NULL;

    if (!resource || version->is_deletion)
        return;
    if (is_of_type(resource->reference, types[compartment]))
        owners_add(out, resource->reference);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t k = 0; strcmp(rows[i].type, resource->type) == 0 && k < PATHS_MAX; k++)
            if (rows[i].paths[compartment][k])
                gather(&gathering, fact_tree(version), rows[i].paths[compartment][k]);
}

/* ---- survivors ---- */

/* The patients that `patient` says replaced it, and those that say they replace it, as the chart is at n. */
static void add_linked(const struct facts *facts, const char *patient, uint64_t n,
                       struct owners *out)
{
    for (size_t i = 0; i < facts->resource_count; i++) {
        const char *reference = facts->resources[i]->reference;
        const struct fact_version *current = facts_current(facts, reference, n);
        const struct cJSON *link;

        if (!is_of_type(reference, "Patient") || !current || current->is_deletion)
            continue;
        bool is_old = strcmp(reference, patient) == 0;
        cJSON_ArrayForEach(link, json_get(fact_tree(current), "link"))
        {
            const char *type = json_string(link, "type");
            const char *other =
                facts_reference(facts, json_string(json_get(link, "other"), "reference"), NULL);

            if (!type || !other)
                continue;
            if (is_old && strcmp(type, "replaced-by") == 0)
                owners_add(out, other);
            if (strcmp(type, "replaces") == 0 && strcmp(other, patient) == 0)
                owners_add(out, reference);
        }
    }
}

void patient_and_survivors(const struct facts *facts, const char *patient, uint64_t n,
                           struct owners *out)
{
    owners_add(out, patient);
    for (size_t i = 0; i < out->count; i++)
        add_linked(facts, out->references[i], n, out);
}
