/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parameter - R4's definitions of `identifier`, `patient` and `subject` as a table: which types
 * have them, and where.
 *
 * From HL7's search-parameters.json of FHIR 4.0.1 (CC0). "where(resolve() is Patient)" is left to
 * whoever compares references, since that needs no look at the resource behind them.
 */
#include "simulator/parameter.h"

#include <string.h>

#include "base/json.h"

static const struct {
    const char *code, *path;
    const char *types; /* each between blanks */
} rows[] = {
    {"identifier", "identifier",
     " Account ActivityDefinition AllergyIntolerance Appointment AppointmentResponse"
     " Basic BodyStructure Bundle CarePlan CareTeam ChargeItem ChargeItemDefinition"
     " Claim ClaimResponse ClinicalImpression CodeSystem Communication"
     " CommunicationRequest Composition ConceptMap Condition Consent Contract Coverage"
     " CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue Device"
     " DeviceDefinition DeviceMetric DeviceRequest DeviceUseStatement DiagnosticReport"
     " DocumentManifest DocumentReference EffectEvidenceSynthesis Encounter Endpoint"
     " EnrollmentRequest EnrollmentResponse EpisodeOfCare EventDefinition Evidence"
     " EvidenceVariable ExampleScenario ExplanationOfBenefit FamilyMemberHistory Flag"
     " Goal Group GuidanceResponse HealthcareService ImagingStudy Immunization"
     " ImmunizationEvaluation ImmunizationRecommendation InsurancePlan Invoice Library"
     " List Location Measure MeasureReport Media Medication MedicationAdministration"
     " MedicationDispense MedicationRequest MedicationStatement MedicinalProduct"
     " MedicinalProductAuthorization MedicinalProductPackaged"
     " MedicinalProductPharmaceutical MessageDefinition MolecularSequence"
     " NutritionOrder Observation Organization OrganizationAffiliation Patient"
     " PaymentNotice PaymentReconciliation Person PlanDefinition Practitioner"
     " PractitionerRole Procedure Questionnaire QuestionnaireResponse RelatedPerson"
     " RequestGroup ResearchDefinition ResearchElementDefinition ResearchStudy"
     " ResearchSubject RiskAssessment RiskEvidenceSynthesis Schedule ServiceRequest"
     " Slot Specimen SpecimenDefinition StructureDefinition StructureMap Substance"
     " SupplyDelivery SupplyRequest Task TestReport TestScript ValueSet"
     " VisionPrescription "},
    {"identifier", "masterIdentifier", " DocumentManifest DocumentReference "},
    {"patient", "subject",
     " Account Basic CarePlan CareTeam ChargeItem ClinicalImpression Communication"
     " CommunicationRequest Composition Condition Contract DeviceRequest"
     " DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference Encounter"
     " Flag Goal GuidanceResponse ImagingStudy Invoice List MeasureReport Media"
     " MedicationAdministration MedicationDispense MedicationRequest"
     " MedicationStatement Observation Procedure QuestionnaireResponse RequestGroup"
     " RiskAssessment ServiceRequest Specimen "},
    {"patient", "patient",
     " AllergyIntolerance BodyStructure Claim ClaimResponse Consent"
     " CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue Device"
     " EpisodeOfCare ExplanationOfBenefit FamilyMemberHistory Immunization"
     " ImmunizationEvaluation ImmunizationRecommendation MolecularSequence"
     " NutritionOrder RelatedPerson SupplyDelivery VisionPrescription "},
    {"patient", "participant.actor", " Appointment "},
    {"patient", "actor", " AppointmentResponse "},
    {"patient", "agent.who", " AuditEvent "},
    {"patient", "entity.what", " AuditEvent "},
    {"patient", "beneficiary", " Coverage "},
    {"patient", "candidate", " EnrollmentRequest "},
    {"patient", "link.target", " Person "},
    {"patient", "target", " Provenance "},
    {"patient", "individual", " ResearchSubject "},
    {"patient", "for", " Task "},
    {"subject", "subject",
     " Account AdverseEvent Basic CarePlan CareTeam ChargeItem ClinicalImpression"
     " Communication CommunicationRequest Composition Condition Contract DeviceRequest"
     " DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference Encounter"
     " Flag Goal GuidanceResponse ImagingStudy Invoice List MeasureReport Media"
     " MedicationAdministration MedicationDispense MedicationRequest"
     " MedicationStatement MedicinalProductAuthorization"
     " MedicinalProductContraindication MedicinalProductIndication"
     " MedicinalProductInteraction MedicinalProductPackaged"
     " MedicinalProductUndesirableEffect Observation Procedure QuestionnaireResponse"
     " RequestGroup RiskAssessment ServiceRequest Specimen "},
    {"subject", "candidate", " EnrollmentRequest "},
    {"subject", "deliverTo", " SupplyRequest "},
    {"subject", "for", " Task "},
};

static bool has_type(const char *types, const char *type)
{
    size_t size = strlen(type);

    for (const char *at = types; (at = strstr(at, type)); at += size) {
        if (at[-1] == ' ' && at[size] == ' ')
            return true;
    }
    return false;
}

const char *parameter_path(const char *code, const char *type, size_t nth)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i].code, code) == 0 && has_type(rows[i].types, type) && nth-- == 0)
            return rows[i].path;
    }
    return NULL;
}

static bool visit_path(const struct cJSON *item, const char *path, element_fn *visit, void *arg)
{
    const struct cJSON *element = NULL;

    if (cJSON_IsArray(item)) {
        cJSON_ArrayForEach(element, item)
        {
            if (visit_path(element, path, visit, arg))
                return true;
        }
        return false;
    }
    if (!item || *path == '\0')
        return item && visit(arg, item);
    char name[32];
    size_t size = strcspn(path, ".");
    ASSERT(size < sizeof(name));
    memcpy(name, path, size);
    name[size] = '\0';
    return visit_path(json_get(item, name), path + size + (path[size] == '.'), visit, arg);
}

bool parameter_visit(const char *code, const char *type, const struct cJSON *tree,
                     element_fn *visit, void *arg)
{
    const char *path = NULL;

    for (size_t nth = 0; (path = parameter_path(code, type, nth)); nth++) {
        if (visit_path(tree, path, visit, arg))
            return true;
    }
    return false;
}
