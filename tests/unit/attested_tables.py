"""The tables of the attested entry and the words of the record format, written out a second time.

Tests compare the shipped CodeSystems with these. Source: the attested entry, section 2; rules 15.2.
"""

SITES = """
stomach-distal stomach-proximal stomach duodenum jejunum ileum meckel small-intestine ampulla
appendix cecum colon-ascending colon-transverse colon-descending colon-sigmoid colon rectum-upper
rectum-mid rectum-lower rectum pancreas pancreas-head pancreas-body pancreas-tail esophagus lung
adrenal thyroid thymus ovary testis kidney bladder breast skin gallbladder bile-duct unknown-primary
liver
"""
MODALITIES = "PET/CT PET/MR scintigraphy CT MRI"
UPTAKE = "negative positive equivocal"
TRACERS = """
68Ga-DOTATATE 68Ga-DOTATOC 68Ga-DOTANOC 64Cu-DOTATATE 18F-FDG 111In-pentetreotide 99mTc-bone
"""
THERAPIES = "SSA PRRT everolimus sunitinib chemotherapy interferon telotristat TACE TAE TARE"
YES_NO = "true false"

# code: types of the value, components
ELEMENTS = {
    "liver-involvement": ("Quantity Range", "involvement-method"),
    "liver-metastases-present": ("boolean", ""),
    "liver-distribution": ("CodeableConcept", ""),
    "liver-resectability": ("CodeableConcept", ""),
    "liver-extent": ("CodeableConcept", ""),
    "frilling-type": ("CodeableConcept", ""),
    "liver-volume": ("Quantity", ""),
    "standard-liver-volume": ("Quantity", ""),
    "primary-site": ("CodeableConcept", ""),
    "primary-resected": (
        "boolean",
        "resection-date residual-tumor lymphadenectomy planned-at-transplantation",
    ),
    "specimen-origin": ("CodeableConcept", "specimen-material who-edition"),
    "ki67": ("string Quantity Range", "cells-counted"),
    "mitotic-count": ("string Quantity", ""),
    "scan": (
        "CodeableConcept",
        "scan-modality scan-tracer scan-technique liver-lesions-typical",
    ),
    "focus-uptake": ("CodeableConcept", ""),
    "focus-class": ("CodeableConcept", "removed-with-primary"),
    "focus-treatment": ("CodeableConcept", "treatment-end"),
    "focus-adjudication": ("CodeableConcept", ""),
    "response": ("CodeableConcept", "response-modality"),
    "progression-treatment": ("string", "treatment-end"),
    "syndrome-present": ("boolean", "syndrome-type"),
    "syndrome-control": ("CodeableConcept", ""),
    "failed-therapy": ("CodeableConcept", ""),
    "comorbidity-contraindication": ("boolean", ""),
    "other-malignancy": ("boolean", "malignancy-type malignancy-date"),
    "listing": ("CodeableConcept", "listing-date last-update-date"),
    "liver-transplant": ("boolean", "transplant-date within-milan"),
    "recurrence": (
        "CodeableConcept",
        """recurrence-date recurrence-mib1 recurrence-resectable recurrence-under-treatment
        recurrence-site""",
    ),
}

COMPONENT_TYPES = {
    "CodeableConcept": """involvement-method residual-tumor specimen-material who-edition
        scan-modality scan-tracer scan-technique response-modality""",
    "boolean": """lymphadenectomy planned-at-transplantation liver-lesions-typical
        removed-with-primary within-milan recurrence-resectable recurrence-under-treatment""",
    "dateTime": """resection-date treatment-end malignancy-date listing-date last-update-date
        transplant-date recurrence-date""",
    "string": "syndrome-type malignancy-type recurrence-mib1 recurrence-site",
    "integer": "cells-counted",
}

YES_NO_ELEMENTS = """
liver-metastases-present primary-resected syndrome-present comorbidity-contraindication
other-malignancy liver-transplant
"""

# the words of each coded element
WORDS = {
    "involvement-method": "volumetry visual",
    "liver-distribution": "unilobar bilobar",
    "liver-resectability": "resectable unresectable",
    "liver-extent": "extended limited",
    "frilling-type": "I II III",
    "primary-site": SITES,
    "residual-tumor": "R0 R1 R2 RX",
    "specimen-origin": "primary liver-metastasis other-metastasis",
    "specimen-material": "resection biopsy cytology",
    "who-edition": "2010 2017 2019",
    "scan": UPTAKE,
    "scan-modality": MODALITIES,
    "scan-tracer": TRACERS,
    "scan-technique": "multiphase hepatobiliary",
    "focus-uptake": UPTAKE,
    "focus-class": "regional-node hilar-node node peritoneum solid-organ bone other",
    "focus-treatment": "resection radiotherapy prrt ablation systemic",
    "focus-adjudication": "false-positive",
    "response": "baseline SD PR CR PD",
    "response-modality": "CT MRI PET/CT PET/MR ultrasound chromogranin-a clinical",
    "syndrome-control": "controlled refractory",
    "failed-therapy": f"{THERAPIES} none",
    "listing": "listed not-listed",
    "recurrence": "none suspected confirmed",
    **dict.fromkeys(YES_NO_ELEMENTS.split(), YES_NO),
    **dict.fromkeys(COMPONENT_TYPES["boolean"].split(), YES_NO),
}

# the words of the record format that no attested element takes
FURTHER_WORDS = {
    "patient.sex": "female male other unknown",
    "primaries.<id>.resection.pn": "pN0 pN1 pN2 pNX",
    "specimens.<id>.histology": "NET NEC NEC-large-cell NEC-small-cell MiNEN other",
    "specimens.<id>.differentiation": "well moderate poor",
    "specimens.<id>.reported_grade": "G1 G2 G3",
    "extrahepatic.<focus id>.status": "confirmed suspected",
}
