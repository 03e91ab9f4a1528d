"""Every verified (V) and weak (W) code of terminology section 3, written out from that document.

One line: group[, group...] [= word[, word...]] | V or W | system: codes; system: codes.
A word with "?" is one that the map gives as not exact.
"""

SECTION_3 = """
# 3.1
ki67 | V | ln: 29593-1 33055-5
ki67 | W | sct: 1255078008
ki67-breast-assay | V | ln: 85330-9
ki67-form | V | ecc: 41352 31165
immunohistochemistry | W | sct: 1234806008
performed | W | sct: 385658003
# 3.2
mitotic-count | W | sct: 406094009 27350008; omop: 4227243 4099595
mitotic-count-per-10-hpf | W | sct: 406094009; omop: 4227243
mitotic-score | W | sct: 405920001
# 3.3
grade-general | V | ln: 33732-9 59542-1; ncit: C18000; sct: 371469007
grade-net | V | sct: 1149044001 1149045000 1149032004 1149047008 1149046004 1149048003
grade-net | W | sct: 490401000146101
grade-answer = G1 | V | sct: 1286769009
grade-answer = G2 | V | sct: 1286770005
grade-answer = G3 | V | sct: 1286772002
differentiation-answer = well | V | sct: 1286769009 1286770005 1286772002 373375007
differentiation-answer = well | W | sct: 1286768001
differentiation-answer = moderate | V | sct: 373377004
differentiation-answer = poor | V | sct: 373373000 373374006
grade-answer-general = grade-1 | W | sct: 258351006
grade-answer-general = grade-1 | V | sct: 54102005; grading: 1
grade-answer-general = grade-2 | V | sct: 1663004; grading: 2
grade-answer-general = grade-3 | V | sct: 61026006; grading: 3
grade-answer-general = grade-4 | V | sct: 258245003; grading: 4
grade-answer-general = low | V | sct: 1155708003
grade-answer-general = intermediate | V | sct: 1286893008
grade-answer-general = high | V | sct: 1155707008
grade-answer-general = grade-not-assessable | V | sct: 1155705000; grading: X
grade-answer-general = grade-1-or-2 | V | grading: L
grade-answer-general = grade-2-or-3 | V | grading: M
grade-answer-general = grade-3-or-4 | V | grading: H
grade-answer-general = grade-not-stated | V | grading: U T
grade-answer-general = other-scale? | V | grading: B 0 5
who-method | W | sct: 1149430001
who-edition = 2019 | W | sct: 1149430001
# 3.4
morphology | V | ln: 31206-6 59847-4 77753-2
histology, neuroendocrine = NET | V | ico: 8153/1
histology, neuroendocrine = NET | V | ico: 8240/3 8249/3 8150/0 8151/3 8151/0 8152/3 8152/1 8153/3
histology, neuroendocrine = NET | V | ico: 8155/3 8155/1 8156/3 8156/1 8157/3 8241/3 8242/3
histology, neuroendocrine = NET? | V | ico: 8150/3
histology, neuroendocrine = carcinoma | V | ico: 8246/3
histology, neuroendocrine = NEC-large-cell | V | ico: 8013/3
histology, neuroendocrine = NEC-small-cell | V | ico: 8041/3 8045/3
histology, neuroendocrine = MiNEN | V | ico: 8154/3 8244/3
histology = other | V | ico: 8243/3 8245/1 8245/3 8574/3 8247/3
metastatic-behavior | V | ico: 8000/6 8010/6 8140/6
# 3.5
neuroendocrine, primary-site = unspecified | V | cm: C7A.00 C7A.1 C7A.8
neuroendocrine, primary-site = duodenum | V | cm: C7A.010; sct: 721644006
neuroendocrine, primary-site = jejunum | V | cm: C7A.011; sct: 737312002
neuroendocrine, primary-site = ileum | V | cm: C7A.012; sct: 737313007 192701000119101
neuroendocrine, primary-site = small-intestine | V | sct: 1290067005 721670007 709517003
neuroendocrine, primary-site = small-intestine | V | cm: C7A.019
neuroendocrine, primary-site = appendix | V | cm: C7A.020; sct: 721673009 192681000119104
neuroendocrine, primary-site = cecum | V | cm: C7A.021
neuroendocrine, primary-site = colon-ascending | V | cm: C7A.022
neuroendocrine, primary-site = colon-transverse | V | cm: C7A.023
neuroendocrine, primary-site = colon-descending | V | cm: C7A.024
neuroendocrine, primary-site = colon-sigmoid | V | cm: C7A.025; sct: 1288033004
neuroendocrine, primary-site = rectum | V | cm: C7A.026; sct: 1290068000 721700001 713573006
neuroendocrine, primary-site = colon | V | cm: C7A.029; sct: 1290274008 721698005 726654006
neuroendocrine, primary-site = lung | V | cm: C7A.090; sct: 722528008 722527003
neuroendocrine, primary-site = thymus | V | cm: C7A.091
neuroendocrine, primary-site = stomach | V | cm: C7A.092; sct: 1290064003 721634009 709830006
neuroendocrine, primary-site = kidney | V | cm: C7A.093
neuroendocrine, primary-site = foregut | V | cm: C7A.094
neuroendocrine, primary-site = midgut | V | cm: C7A.095
neuroendocrine, primary-site = hindgut | V | cm: C7A.096
neuroendocrine, primary-site = other-site | V | cm: C7A.098
neuroendocrine, primary-site = ampulla | V | sct: 733351008
neuroendocrine, primary-site = esophagus | V | sct: 721626003
neuroendocrine, primary-site = biliary-tract | V | sct: 733353006
neuroendocrine, primary-site = anus | V | sct: 733162002
neuroendocrine, primary-site = pancreas | V | sct: 1208745002
neuroendocrine, primary-site = pancreas | V | sct: 735735001 143391000119109 143401000119106
neuroendocrine, primary-site = pancreas | V | sct: 1208744003
neuroendocrine, primary-site = liver | V | sct: 716652006
histology = NEC | V | cm: C7A.1
neuroendocrine, primary-site = unspecified | W | cm: D3A.00 D3A.8
neuroendocrine, primary-site = duodenum | W | cm: D3A.010
neuroendocrine, primary-site = jejunum | W | cm: D3A.011
neuroendocrine, primary-site = ileum | W | cm: D3A.012
neuroendocrine, primary-site = small-intestine | W | cm: D3A.019
neuroendocrine, primary-site = appendix | W | cm: D3A.020
neuroendocrine, primary-site = cecum | W | cm: D3A.021
neuroendocrine, primary-site = colon-ascending | W | cm: D3A.022
neuroendocrine, primary-site = colon-transverse | W | cm: D3A.023
neuroendocrine, primary-site = colon-descending | W | cm: D3A.024
neuroendocrine, primary-site = colon-sigmoid | W | cm: D3A.025
neuroendocrine, primary-site = rectum | W | cm: D3A.026
neuroendocrine, primary-site = colon | W | cm: D3A.029
neuroendocrine, primary-site = lung | W | cm: D3A.090
neuroendocrine, primary-site = thymus | W | cm: D3A.091
neuroendocrine, primary-site = stomach | W | cm: D3A.092
neuroendocrine, primary-site = kidney | W | cm: D3A.093
neuroendocrine, primary-site = foregut | W | cm: D3A.094
neuroendocrine, primary-site = midgut | W | cm: D3A.095
neuroendocrine, primary-site = hindgut | W | cm: D3A.096
neuroendocrine, primary-site = other-site | W | cm: D3A.098
neuroendocrine | V | sct: 1290125003
neuroendocrine, histology = NET | V | sct: 404810003
neuroendocrine, histology = NET | V | sct: 1288045008 443492008 445238008 255046005 255047001
histology = NET | V | sct: 709830006
histology = NET | V | sct: 1290067005 1290064003 1290068000 1290274008 1288033004 709517003
histology = NET | V | sct: 713573006 726654006 192681000119104 192701000119101 143401000119106
histology = NET | V | sct: 1286769009 1286770005 1286772002
histology = NET | W | sct: 1286768001
histology = carcinoma | W | sct: 1286767006
neuroendocrine | W | sct: 128928004 1286767006
histology, neuroendocrine = carcinoma | V | sct: 1186869002 721671006 721645007 717916003 721697000
histology, neuroendocrine = carcinoma | V | sct: 721701002 721638007 716652006
primary-site = pancreas | V | sct: 1186869002
primary-site = small-intestine | V | sct: 721671006
primary-site = duodenum | V | sct: 721645007
primary-site = appendix | V | sct: 717916003
primary-site = colon | V | sct: 721697000
primary-site = rectum | V | sct: 721701002
primary-site = stomach | V | sct: 721638007
histology, neuroendocrine = NEC | V | sct: 123631000119103
primary-site, body-site = ileum | V | sct: 34516001; ico: C17.2
primary-site, body-site = jejunum | V | sct: 21306003; ico: C17.1
primary-site, body-site = duodenum | V | sct: 38848004; ico: C17.0
primary-site, body-site = appendix | V | sct: 66754008; ico: C18.1
primary-site, body-site = cecum | V | sct: 32713005; ico: C18.0
primary-site, body-site = colon-ascending | V | sct: 9040008; ico: C18.2
primary-site, body-site = colon | V | sct: 71854001; ico: C18.9
primary-site, body-site = rectum | V | sct: 34402009
primary-site, body-site = pancreas | V | sct: 15776009; ico: C25.4 C25.9
primary-site, body-site = stomach | V | sct: 69695003; ico: C16.9
primary-site, body-site = lung | V | sct: 39607008
primary-site, body-site = esophagus | V | sct: 32849002
body-site = liver | V | sct: 10200004
body-site = lymph-node | V | sct: 59441001
primary-site-question | W | sct: 399687005
primary-site-plain = ileum | V | cm: C17.2; who: C17.2; gm: C17.2
primary-site-plain = colon | V | cm: C18.9; gm: C18.9
primary-site-plain = rectum | V | cm: C20; gm: C20; who: C20
primary-site-plain = pancreas | V | cm: C25.4; gm: C25.4
primary-site-plain = unknown-primary? | V | cm: C80.0 C80.1
unknown-primary | V | sct: 285613005
# 3.6
liver-metastasis | V | cm: C7B.02 C78.7; who: C78.7; gm: C78.7; metastases: HEP
liver-metastasis | V | sct: 94381002 1251486007 107811000119106 285613005 258334004
metastasis-organ = unspecified | V | cm: C7B.8 C7B.00
metastasis-organ = elsewhere | V | cm: C7B.09
neuroendocrine, histology = NET | V | sct: 1290060007 705176003
contradicting-metastasis | V | sct: 1691000119104 107811000119106
histology = NEC-small-cell | V | sct: 107811000119106
past-metastasis | W | sct: 1098951000119108
metastasis-site | V | sct: 385421009
metastasis-status | V | sct: 399608002
metastasis-status-answer = present | W | sct: 59156000
no-history-of-metastasis | V | sct: 1287652008
metastasis-organ = solid-organ | V | metastases: PUL BRA ADR; sct: 258332000 313367003 258339009
metastasis-organ = bone | V | metastases: OSS MAR; sct: 258333005 14016003
metastasis-organ = node | V | metastases: LYM
metastasis-organ = unknown-node | V | sct: 258336002
metastasis-organ = other | V | metastases: PLE; sct: 258337006
metastasis-organ = peritoneum | V | metastases: PER; sct: 258338001
metastasis-organ = elsewhere | V | metastases: SKI OTH GEN; sct: 258340006 258348004 405843009
# 3.7
metastasis-organ = node | V | cm: C7B.01 C77.0 C77.1 C77.3 C77.4
metastasis-organ = unknown-node | V | cm: C77.2 C77.5 C77.8 C77.9; sct: 94392001 94347008
metastasis-organ = bone | V | cm: C7B.03 C79.51 C79.52; sct: 94222008 94217008 285618001
metastasis-organ = peritoneum | V | sct: 94627008 188445006 135091000119106 285616002
metastasis-organ = peritoneum | V | cm: C7B.04 C78.6
metastasis-organ = solid-organ | V | cm: C78.00 C78.01 C78.02 C79.31 C79.60 C79.70
metastasis-organ = solid-organ | V | sct: 94391008 94225005 94455000 94161006 285604008
metastasis-organ = other | V | cm: C78.2; sct: 94493005 94628003
metastasis-organ = elsewhere | V | cm: C78.1 C78.4 C78.5 C78.80 C79.2; sct: 94409002
metastasis-organ = unspecified | V | cm: C79.9; sct: 1290060007 705176003
metastasis-organ-name = lung | V | cm: C78.00; sct: 94391008; metastases: PUL
metastasis-status-answer = present | V | sct: 399409002
mesentery-mass | W | sct: 1287135005
presence-answer = present | W | sct: 52101004
presence-answer = absent | W | sct: 2667000 47492008
node-count-positive | V | ln: 21893-3; sct: 443527007
node-count-examined | V | ln: 21894-1; sct: 444025001
# 3.8
functional-syndrome = carcinoid-syndrome | W | cm: E34.00 E34.09 E34.0
functional-syndrome = carcinoid-heart-disease | W | cm: E34.01
functional-syndrome = carcinoid-syndrome | V | sct: 35868009 734884008
functional-syndrome = carcinoid-crisis | V | sct: 237833006
functional-syndrome = carcinoid-heart-disease | V | sct: 36222008 703322008
functional-syndrome = gastrinoma | V | sct: 16189002
functional-syndrome = insulinoma | V | sct: 713189001
functional-syndrome = glucagonoma | V | sct: 1187521002
# 3.9
primary-resection = ileum | V | sct: 51346007; pcs: 0DTB0ZZ
primary-resection = jejunum | V | pcs: 0DTA0ZZ
primary-resection = small-intestine | V | sct: 787938008; pcs: 0DT80ZZ 0DB80ZZ
primary-resection = ileum, cecum, appendix, colon-ascending | V | cpt: 44160 44205
primary-resection = ileum, cecum, appendix, colon-ascending | V | sct: 359571009 315321001
primary-resection = ileum, cecum, appendix, colon-ascending, colon-transverse | V | sct: 174071004
primary-resection = pancreas-head, duodenum, ampulla | V | sct: 116241004; cpt: 48150
primary-resection = pancreas | V | sct: 33149006 9524002 235472002 301847000
primary-resection = pancreas-body, pancreas-tail | V | sct: 235469009 235470005
primary-resection = stomach | V | sct: 53442002
primary-resection = duodenum | V | sct: 73759005
primary-resection = appendix | V | sct: 80146002
primary-resection = rectum | V | sct: 4558008 314592008
primary-resection = rectum | W | ops: 5-484.55
surgery | V | sct: 387713003
node-excision | W | ops: 5-401 5-401.51
lymphadenectomy | W | ops: 5-402 5-404 5-406 5-407 5-406.9
lymphadenectomy | V | cpt: 38747 38780; sct: 11703007
residual-tumor | V | ln: 84892-9; sct: 17964000
residual-tumor-answer = R0 | V | residual: R0; dk: r0
residual-tumor-answer = R1 | V | residual: R1 R1(is) R1(cy+); dk: r1
residual-tumor-answer = R1? | V | dk: r01
residual-tumor-answer = R2 | V | residual: R2; dk: r2
residual-tumor-answer = RX | V | residual: RX; dk: rx
residual-tumor-answer = not-stated | V | residual: U
margin | V | sct: 396631001
margin | W | sct: 372439002 372440000 1359839002 521221000146104
margin-distance | V | ln: 33737-8
margin-answer = involved | V | sct: 396324006
margin-answer = involved | W | sct: 52101004
margin-answer = free | W | sct: 47492008
procedure-intent = curative | V | sct: 373808002
procedure-intent = palliative | V | sct: 363676003
# 3.10
liver-transplantation | V | sct: 18027006 426356008 174425003 174427006 27280000; cpt: 47135
liver-transplantation | V | pcs: 0FY00Z0 0FY00Z1 0FY00Z2
liver-retransplantation | V | sct: 174427006
liver-transplant-status | V | sct: 737297006; cm: Z94.4 T86.40 T86.41 T86.42 T86.43 T86.49
donor-surgery | V | sct: 240326000 235462000
liver-procedure = liver-resection | V | sct: 71273005 107963000 85946004 61326000 63816008 74180003
liver-procedure = liver-resection | V | sct: 174431000 72106008; cpt: 47122; ops: 5-501
liver-procedure = liver-resection | V | pcs: 0FB00ZZ 0FB10ZZ 0FB20ZZ
liver-procedure = total-hepatectomy | V | sct: 17203000
liver-procedure = TACE | V | sct: 314617008
liver-procedure = TARE | V | sct: 764677008
liver-procedure = ablation | V | sct: 439368006
liver-procedure = ablation | V | sct: 448781006 426830009 609232008 448540000 428115007 427929006
liver-procedure = ablation? | V | ln: 44101-4
radioembolization-agent = radioembolization? | V | sct: 14691008
# 3.11
systemic-therapy = SSA | V | rx: 312068 312069 312070 312071 314152 207194 207198 207200 68092
systemic-therapy = SSA | V | rx: 898589 898591 898601 898603 898605 898607; atc: H01CB02
systemic-therapy, prrt = PRRT | V | rx: 1999682 1999687; atc: V10XX04; sct: 431743005
systemic-therapy = PRRT? | V | sct: 447553000
radionuclide-therapy | V | sct: 399315003 448288001 427541000119103; ops: 8-53
systemic-therapy = everolimus? | V | rx: 141704
systemic-therapy = everolimus | V | rx: 845507 845515 998189 1119400; atc: L01EG02 L01XE10
immunosuppressant | V | atc: L04AA18; rx: 977429
systemic-therapy = sunitinib | V | rx: 357977 616279 616285 616289; atc: L01EX01 L01XE04
drug = octreotide | V | rx: 312068; atc: H01CB02
drug = lanreotide | V | rx: 68092
systemic-course | V | ops: 8-54
therapy-type = chemotherapy | V | therapy: CH
therapy-type = hormone-therapy | V | therapy: HO
therapy-type = immunotherapy | V | therapy: IM
therapy-type = targeted-therapy | V | therapy: ZS
# 3.12
tracer = 68Ga-DOTATATE | W | ndc: 69488-001
pet | V | ln: 44139-4 58741-0 44136-0; cpt: 78811 78812 78813 78814 78816; sct: 82918005
pet | W | sct: 363678002
scintigraphy | V | ln: 39828-9 43649-3; cpt: 78801 78804
modality = PT | V | dcm: PT
modality = NM | V | dcm: NM
modality = CT | V | dcm: CT
pathology-report | V | ln: LP7839-6
# 3.14
laterality = both-sides | V | sct: 51440002
# 3.15
disease-status | V | ln: 97509-4 88040-1; sct: 396432002
disease-status-part = primary-tumor | V | sct: 277062004
disease-status-part = primary-tumor | W | sct: 445200009
disease-status-part = regional-nodes | V | sct: 399656008
disease-status-part = distant-metastasis | V | sct: 399608002
response-answer = SD | V | sct: 359746009 260388006; overall: K; distant: N
response-answer = PD | V | sct: 271299001 419835002; overall: P; distant: P; primary: P; nodes: P
response-answer = PR | V | sct: 551001000124108 103337004; overall: T
response-answer = CR | V | sct: 550991000124107 103338009; overall: V; req: USCRS-352236
response-answer = no-category? | V | sct: 268910001 709137006 1259237005 84190002 399409002
response-answer = no-category? | V | overall: D B R Y U X; distant: K R T F U X
response-answer = SD | W | omop: 32948 4241442
response-answer = PD | W | omop: 32949
response-answer = PR | W | omop: 4161302
response-answer = CR | W | omop: 4163135
evidence-type = imaging | V | sct: 363679005
evidence-type = histology | V | sct: 252416005
distant-metastasis-answer = absent | V | distant: K
# 3.16
tnm-t | V | sct: 78873005 399504009 384625004; ln: 21905-5 21899-0 21911-3
tnm-n | V | sct: 277206009 399534004 371494008; ln: 21906-3 21900-6 21912-1
tnm-m | V | sct: 277208005 399387003 371497001; ln: 21907-1 21901-4 21913-9
tnm-group | V | sct: 399390009 399537006 399588009; ln: 21908-9 21902-2 21914-7
tnm-panel | V | sct: 263642008
tnm-method = AJCC-8 | V | sct: 897275008
tnm-method = AJCC-9 | V | sct: 1269566009
tnm-method = UICC | V | ncit: C188404
tnm-m-answer = M0 | V | sct: 1229901006; ajcc: cM0; uicc: M0
tnm-m-answer = M0 | W | ajcc: pM0
tnm-m-answer = M1 | V | uicc: M1 M1d
tnm-m-answer = M1a | V | uicc: M1a
tnm-m-answer = M1b | V | uicc: M1b
tnm-m-answer = M1c | V | uicc: M1c M1c1 M1c2
tnm-m-answer = M1 | W | ajcc: cM1 pM1
tnm-m-answer = M1a | W | ajcc: cM1a pM1a
tnm-m-answer = M1b | W | ajcc: cM1b pM1b
tnm-m-answer = M1c | W | ajcc: cM1c pM1c
tnm-m-answer = not-stated | V | uicc: MX
tnm-m-answer = M1 | V | sct: 1229916009
tnm-m-answer = M1a | V | sct: 1229917000
tnm-m-answer = M1b | V | sct: 1229920008
tnm-m-answer = M1c | V | sct: 1229923005
# 3.17
chromogranin-a | V | ln: 9811-1 25587-7 30169-7
hiaa | V | ln: 1695-6 14573-0 31203-3 25971-3 1694-9 1693-1 50149-4 12172-3
gastrin | V | ln: 2333-3
neuron-specific-enolase | V | ln: 15060-7
# 3.18
ecog | V | ln: 89247-1; sct: 423740007
ecog-interpretation | W | ln: 89262-0
performance-status-panel | V | sct: 423690003
karnofsky | V | ln: 89243-0; sct: 761869008
# 3.19
bilirubin | V | ln: 14631-6 1975-2
inr | V | ln: 6301-6 34714-6 46418-0
creatinine | V | ln: 2160-0 14682-9 38483-4
sodium | V | ln: 2951-2 2947-0
albumin | V | ln: 1751-7
meld-score | V | ln: 100348-2
# 3.20
sex = male | V | gender: male
sex = female | V | gender: female
death | V | sct: 184305005
"""

UNVERIFIED = """
ops: 5-451 5-452 5-524 5-525 5-502 5-504 8-836 8-530.a5 3-740 3-70c
cpt: 44120 47120 47125 47130 37243 47380 47381 47382 47383 78815
atc: H01CB03 H01CB05
cm: D37 D37.2 D44.9
ln: LP29684-5
"""

WRONG_SYSTEMS = (
    "urn:oid:2.16.840.1.113883.6.43.1",
    "http://hl7.org/fhir/sid/icd-10-pcs",
    "http://www.whocc.no/atc",
)
