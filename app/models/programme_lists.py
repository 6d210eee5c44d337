"""The lists programmes choose from: what they may ask for, pay on, report and record."""

from __future__ import annotations

from typing import Final

from app.i18n import N_
from app.models.choices import Coded

COMPONENTS: Final = Coded(
    "programme_components",
    {
        "from_MA": N_("Return from Morocco"),
        "to_MA": N_("Return to Morocco"),
        "diaspora": N_("Diaspora"),
        "humanitarian": N_("Humanitarian assistance"),
        "training": N_("Training and integration"),
        "youth": N_("Children and youth"),
        "capacity": N_("Capacity-building"),
        "info": N_("Information"),
    },
)
CENTRES: Final = Coded(
    "programme_centres",
    {
        "person": N_("People and their files"),
        "organisation": N_("Activities with organisations"),
        "investor": N_("Investors and their projects"),
        "expert": N_("Experts and their assignments"),
    },
)
PAYEES: Final = Coded("grant_payees", {"supplier": N_("The supplier"), "person": N_("The person")})
PAPERS: Final = Coded(
    "programme_papers",
    {
        "identity_document": N_("Identity document"),
        "travel_document": N_("Passport or laissez-passer"),
        "exit_authorisation": N_("Exit authorisation"),
        "signed_declaration": N_("Signed voluntary return declaration"),
        "signed_consent": N_("Signed consent"),
        "fitness_to_travel": N_("Fitness to travel"),
        "medical_file": N_("Medical file"),
        "photograph": N_("Photograph"),
        "birth_certificate": N_("Birth certificate"),
        "family_book": N_("Family book"),
        "guardian_papers": N_("Guardianship papers, for a child"),
        "parental_consent": N_("Consent of a parent or guardian"),
        "residence_permit": N_("Residence permit"),
        "return_proof": N_("Proof of the return"),
        "family_reunification_visa": N_("Family reunification file"),
        "school_certificate": N_("School certificate"),
        "business_project": N_("Description of the project"),
        "company_papers": N_("Papers of the company"),
        "curriculum_vitae": N_("Curriculum vitae"),
        "diplomas": N_("Diplomas"),
        "host_request": N_("Request of the host institution"),
        "assignment_agreement": N_("Assignment agreement"),
        "partner_agreement": N_("Agreement with the partner"),
        "attendance_sheet": N_("Signed attendance sheet"),
    },
)
INDICATORS: Final = Coded(
    "programme_indicators",
    {
        "registrations": N_("People registered"),
        "sessions": N_("Counselling sessions"),
        "persons_counselled": N_("People counselled"),
        "persons_trained": N_("People trained"),
        "training_hours": N_("Training hours attended"),
        "certificates": N_("Certificates issued"),
        "declarations": N_("Declarations signed"),
        "documents_obtained": N_("Travel documents obtained"),
        "departures": N_("Departures"),
        "departures_by_country": N_("Departures by country of return"),
        "arrivals": N_("Arrivals"),
        "withdrawals": N_("Withdrawals"),
        "referrals": N_("Referrals"),
        "assistances": N_("Assistances delivered"),
        "relief_items": N_("Relief items delivered"),
        "health_accompaniments": N_("People accompanied to health services"),
        "awareness_sessions": N_("Awareness sessions"),
        "plans_approved": N_("Reintegration plans approved"),
        "grants_committed": N_("Grants committed"),
        "grants_paid": N_("Grants paid"),
        "cost_per_return": N_("Cost of a return"),
        "businesses_started": N_("Businesses started"),
        "businesses_at_6_months": N_("Businesses operating after 6 months"),
        "businesses_at_12_months": N_("Businesses operating after 12 months"),
        "sustainability": N_("Reintegration sustainability"),
        "satisfaction": N_("Satisfaction"),
        "enterprises": N_("Enterprises supported"),
        "investments": N_("Amounts invested"),
        "needs_stated": N_("Needs stated by institutions"),
        "matches": N_("Experts matched"),
        "assignments": N_("Assignments completed"),
        "language_level": N_("Language level reached"),
        "job_placements": N_("People placed in a job"),
        "school_success": N_("Children who succeed at school"),
        "school_dropouts": N_("Children who left school"),
        "reoffending": N_("Young people in conflict with the law again"),
        "activities": N_("Activities"),
        "participants": N_("Participants"),
        "officials_trained": N_("Officials trained"),
        "small_projects": N_("Small projects supported"),
        "enquiries": N_("Enquiries answered"),
    },
)
CASE_FACTS: Final = Coded(
    "case_facts",
    {
        "language_level": N_("Language level before and after"),
        "family_link": N_("Family member to be joined"),
        "neighbourhood": N_("Neighbourhood"),
        "school_outcome": N_("Result at school"),
        "job_outcome": N_("Job found"),
        "orientation_outcome": N_("Educational orientation"),
        "family_involved": N_("Work with the family"),
        "relief_items": N_("Relief items and quantities"),
        "health_accompaniment": N_("Accompaniment to health services"),
        "host_institution": N_("Host institution"),
        "assignment": N_("Assignment and its days"),
        "investment": N_("Investment project"),
        "host_country": N_("Country of stay before the return"),
    },
)
LEVELS: Final = ("A0", "A1", "A2", "B1", "B2", "C1", "C2")
"""Language levels from none up. Source: Common European Framework of Reference."""

# The regular line of a case, and the marks that run beside it.
REGULAR_STATES: Final = (
    "draft",
    "registered",
    "screening",
    "counselling",
    "declared",
    "docs_pending",
    "cleared",
    "booked",
    "ready",
    "departed",
    "arrived",
    "reintegration",
    "monitoring",
    "closed",
)
PARALLEL_MARKS: Final = ("training", "plan_approved")
IMPLICIT_STATES: Final = (
    "protection_hold",
    "closed",
    "withdrawn",
    "ineligible",
    "referred_out",
    "deceased",
    "duplicate_merged",
    "lost_contact",
    "reopened",
)
"""Part of every programme that keeps cases, whether it lists them or not."""
CASE_STATES: Final = frozenset({*REGULAR_STATES, *PARALLEL_MARKS, *IMPLICIT_STATES, "no_show"})
