"""The words and forms by which the guard knows chart content (R-002), and those by which it knows conversation.

Every pattern runs over one sentence of at most `guard.LONGEST_SENTENCE` characters, and each repetition is bounded, so
that reading a note takes time in proportion to its length. A rule is tried only when the sentence holds one of its
words.
"""

import re
from dataclasses import dataclass
from typing import Final

from .rules import Exclusion

WORD: Final = re.compile(r"[a-z]+|[0-9]")


@dataclass(frozen=True, slots=True)
class Rule:
    """One form of chart content. A `firm` rule holds even inside reported speech: a dose is a dose, whoever said it."""

    category: Exclusion
    pattern: re.Pattern[str]
    words: frozenset[str]
    firm: bool = False


def _any(words: str) -> str:
    """An alternation of whole words or phrases, from text separated by commas."""
    parts = [part.strip() for part in words.replace("\n", " ").split(",") if part.strip()]
    return "(?:" + "|".join(parts) + ")"


def _rule(category: Exclusion, pattern: str, words: str, *, firm: bool = False) -> Rule:
    compiled = re.compile(pattern, re.IGNORECASE)
    return Rule(category, compiled, frozenset(word.strip() for word in words.replace("\n", " ").split(",")), firm)


_DRUG_WORDS = """
    sertraline, zoloft, fluoxetine, prozac, citalopram, celexa, escitalopram, lexapro, paroxetine, paxil, fluvoxamine,
    luvox, venlafaxine, effexor, desvenlafaxine, pristiq, duloxetine, cymbalta, bupropion, wellbutrin, mirtazapine,
    remeron, trazodone, vortioxetine, trintellix, vilazodone, viibryd, amitriptyline, nortriptyline, clomipramine,
    anafranil, imipramine, doxepin, phenelzine, selegiline, lithium, lamotrigine, lamictal, valproate, depakote,
    divalproex, carbamazepine, tegretol, oxcarbazepine, topiramate, topamax, gabapentin, neurontin, pregabalin, lyrica,
    quetiapine, seroquel, olanzapine, zyprexa, risperidone, risperdal, aripiprazole, abilify, ziprasidone, geodon,
    lurasidone, latuda, cariprazine, vraylar, brexpiprazole, rexulti, paliperidone, invega, clozapine, clozaril,
    haloperidol, haldol, chlorpromazine, perphenazine, fluphenazine, lorazepam, ativan, alprazolam, xanax, clonazepam,
    klonopin, diazepam, valium, temazepam, buspirone, buspar, hydroxyzine, vistaril, propranolol, prazosin, clonidine,
    guanfacine, intuniv, zolpidem, ambien, eszopiclone, lunesta, melatonin, methylphenidate, ritalin, concerta,
    adderall, amphetamine, vyvanse, lisdexamfetamine, atomoxetine, strattera, modafinil, naltrexone, vivitrol,
    acamprosate, disulfiram, antabuse, buprenorphine, suboxone, methadone, ketamine, esketamine, spravato, levothyroxine
"""
_MED_WORDS = """
    medication, medications, meds, med, ssri, ssris, snri, antidepressant, antidepressants, benzodiazepine,
    benzodiazepines, benzo, antipsychotic, antipsychotics, stimulant, stimulants, stabilizer, dose, doses, dosage,
    prescription, prescriptions, psychotropic, psychotropics
"""
_DRUG = r"\b" + _any(_DRUG_WORDS) + r"\b"
_MED = r"\b" + _any(_MED_WORDS) + r"\b"
_DOSE = r"\b\d{1,4}(?:[.,]\d{1,3})?\s?(?:mg|mcg|µg|milligrams?|ml|units)\b"
_SIG = r"\b" + _any("""
    daily, q\\.?d\\.?, q\\.?h\\.?s\\.?, b\\.?i\\.?d\\.?, t\\.?i\\.?d\\.?, p\\.?r\\.?n\\.?, q[ ]?a\\.?m\\.?,
    nightly, at bedtime, at night, in the morning, every morning, as needed, (?:once|twice)(?: a)? (?:day|daily),
    as prescribed
""")
_CHANGE = (
    r"\b"
    + _any("""
    start(?:ed|ing)?, begun, began, increas(?:ed?|ing), rais(?:ed|ing), decreas(?:ed?|ing), lower(?:ed|ing)?,
    taper(?:ed|ing)?, titrat(?:ed?|ing|ion), discontinu(?:ed?|ing), stopped, stopping, switch(?:ed|ing)?,
    restart(?:ed|ing)?, refill(?:s|ed)?, prescrib(?:ed?|ing|es), renewed, adher(?:ent|ence), complian(?:t|ce),
    tolerat(?:es|ed|ing), side[ -]effects?, continues on, remains on, maintained on, currently on, went up,
    went down, came off, ran out, missed doses?, missing doses?, not taking, reports taking, has been taking,
    trial of, augment(?:ed|ation)?, unchanged, no changes?, well tolerated
""")
    + r"\b"
)
_MED_STATE = (
    r"\b"
    + _any("""
    adher(?:ent|ence), complian(?:t|ce), non-?adherent, side[ -]effects?, unchanged, no changes?, stable on,
    reviewed, reconcil\\w{1,9}, refill(?:s|ed)?, prescrib(?:ed|er|ing), as prescribed, increas(?:ed?|ing),
    decreas(?:ed?|ing), taper(?:ed|ing)?, titrat\\w{1,5}, started on, discontinued, missed, monitor(?:ed|ing)?,
    adjust(?:ed|ment|ments), management, well tolerated, tolerat(?:es|ed|ing)
""")
    + r"\b"
)

_CLOCK = r"\b\d{1,2}[:.]\d{2}\s?(?:[ap]\.?m\b\.?)?"
_HOUR = r"\b\d{1,2}(?:[:.]?\d{2})?\s?(?:[ap]\.?m\b\.?)?"
_TO = r"\s?(?:-|–|—|to|until|till|through)\s?"
_SESSION = r"\b(?:session|sessions|appointment|met|seen|visit|hour|encounter|contact|intake|group)\b"
_MINUTES = r"\b\d{2,3}[ -]?min(?:ute)?s?\b\.?"

_TREATMENT = (
    r"\b(?:session|sessions|therapy|psychotherapy|treatment|counseling|counselling|appointments?|seen|visits?)\b"
)
_HOW_OFTEN = (
    r"\b"
    + _any("""
    weekly, biweekly, bi-weekly, twice[ -]weekly, monthly, every (?:other |two |three |2 |3 |four |4 )?weeks?,
    fortnightly, once (?:a|per) (?:week|month), (?:twice|two times|2x|1x) ?(?:a|per|/) ?(?:week|month),
    every second week, once weekly, as[ -]needed basis
""")
    + r"\b"
)
_FORMAT = (
    r"\b"
    + _any("""
    individual, couples?, conjoint, joint, family, group, telehealth, teletherapy, video, telephone, phone, in[ -]person,
    audio[ -]only, face[ -]to[ -]face
""")
    + r"\b"
)
_SCHOOL = (
    r"\b"
    + _any("""
    cbt, cbt-i, dbt, emdr, ifs, mbct, mbsr, erp, cpt, ipt, sfbt, motivational interviewing, exposure therapy,
    prolonged exposure, cognitive processing therapy, cognitive[ -]behaviou?ral therapy, dialectical behavior therapy,
    acceptance and commitment therapy, psychodynamic (?:psycho)?therapy, supportive (?:psycho)?therapy,
    interpersonal (?:psycho)?therapy, play therapy, behaviou?ral activation
""")
    + r"\b"
)

_TEST = (
    r"\b"
    + _any("""
    phq[ -]?(?:9|2|15|a|4), gad[ -]?[72], pcl[ -]?5, audit(?:-c)?(?= (?:score|was|of|:|=|\\d|today)), bdi(?:[ -]?ii)?,
    bai, ham[ -]?[da], madrs, c-?ssrs, moca, mmse, y-?bocs, mdq, dast(?:-10)?, oq-?45(?:\\.2)?, epds, isi,
    caps-?5, des(?:-ii)?(?= (?:score|was|of|:|\\d)), wais(?:-iv|-v)?, wisc(?:-v)?, mmpi(?:-2|-3)?(?:-rf)?, asrs, whodas(?: 2\\.0)?,
    lsas, scared(?= (?:score|total|was \\d|\\d)), vanderbilt, conners(?:-\\d)?, core[ -](?:10|om), dass[ -]?21, k10,
    pai, rcads, sdq, eat-26, cage, wsas, bprs, panss, aims, tsh, a1c, pss-10, qids(?:-sr)?
""")
    + r"(?![\w-])"
)
_TEST_WORDS = """
    phq, gad, pcl, audit, bdi, bai, ham, madrs, c, cssrs, moca, mmse, y, ybocs, mdq, dast, oq, epds, isi, caps, des, wais,
    wisc, mmpi, asrs, whodas, lsas, scared, vanderbilt, conners, core, dass, k, pai, rcads, sdq, eat, cage, wsas, bprs,
    panss, aims, tsh, a, pss, qids
"""
_RESULT = r"\b(?:\d{1,3}|scor(?:e|es|ed)|elevated|positive|negative|(?:sub)?clinical range|cut-?off|percentile|minimal|mild|moderate|severe|within normal limits|administered|completed|results?)\b"

_DISORDER = (
    r"\b"
    + _any("""
    major depress(?:ive disorder|ion), mdd, persistent depressive disorder, dysthymia, generali[sz]ed anxiety(?: disorder)?, gad(?![ -]?\\d),
    panic disorder, social anxiety(?: disorder)?, agoraphobia, specific phobia, ptsd, c-ptsd,
    post-?traumatic stress disorder, acute stress disorder, adjustment disorder, ocd, obsessive[ -]compulsive(?: personality)? disorder,
    bipolar(?: disorder| i{1,2}\\b| 1\\b| 2\\b| spectrum)?, cyclothymi[ac], adhd, autism(?: spectrum disorder)?, asd, bpd, borderline(?: personality(?: disorder| traits)?)?,
    narcissistic personality(?: disorder| traits)?, avoidant personality(?: disorder| traits)?, dependent personality(?: disorder| traits)?,
    schizophreni[ac]\\w{0,4}, schizoaffective(?: disorder)?, delusional disorder, psychotic disorder, dissociative identity disorder,
    (?:alcohol|substance|opioid|cannabis|stimulant|cocaine) use disorder, aud, oud, anorexia(?: nervosa)?, bulimia(?: nervosa)?,
    binge[ -]eating disorder, insomnia disorder, premenstrual dysphoric disorder, mood disorder, depressive disorder, anxiety disorder,
    eating disorder, personality disorder, prolonged grief disorder, somatic symptom disorder, separation anxiety disorder, illness anxiety disorder
""")
    + r"\b"
)
_DISORDER_WORDS = """
    major, mdd, persistent, dysthymia, generalized, generalised, gad, panic, social, agoraphobia, specific, ptsd, post, posttraumatic, acute,
    adjustment, ocd, obsessive, bipolar, cyclothymia, cyclothymic, adhd, autism, asd, bpd, borderline, narcissistic, avoidant, dependent,
    schizophrenia, schizoaffective, schizophreniform, delusional, psychotic, dissociative, alcohol, substance, opioid, cannabis, stimulant,
    cocaine, aud, oud, anorexia, bulimia, binge, insomnia, premenstrual, mood, depressive, anxiety, eating, personality, prolonged, somatic,
    separation, illness
"""
_DX_STATE = (
    r"\b"
    + _any("""
    diagnos(?:is|es|ed|tic), dx, criteria, r/o, rule[ds]? out, rule-out, provisional, in (?:partial|full|early|sustained)(?: \\w{1,9})? remission,
    recurrent, single episode, consistent with, specifier, dsm(?:-5)?(?:-tr)?, comorbid, differential, with (?:anxious|mixed|psychotic|melancholic) \\w{1,10},
    unspecified, other specified, by history, primary, secondary, working diagnosis, in remission, moderate, severe, combined (?:type|presentation), inattentive
""")
    + r"(?!\w)"
)

_SYMPTOM_LIST = """
    depressed mood, low mood, mood (?:is |was |remains )?(?:low|depressed|anxious), anhedonia, loss of interest, insomnia, poor sleep, sleeping poorly,
    sleep (?:disturbance|onset|disruption|difficult\\w{1,4}|is poor|was poor), early (?:morning )?awakening, difficulty (?:falling|staying) asleep,
    trouble (?:falling|staying) asleep, (?:poor|decreased|reduced|increased|low|diminished) appetite, appetite (?:is |was )?(?:poor|low|down|reduced|decreased|increased|good|normal),
    (?:poor|impaired|reduced|difficulty|trouble)(?: with)? concentrat(?:ion|ing), fatigue, low energy, panic attacks?, nightmares?, flashbacks?,
    hypervigilan(?:ce|t), exaggerated startle, suicidal (?:ideation|thoughts), homicidal ideation, si, hi, si/hi, ah/vh, avh, hallucinations?, delusions?,
    paranoia, hopelessness, worthlessness, irritability, anxious mood, psychomotor (?:agitation|retardation|slowing), excessive worry, worry, rumination,
    intrusive (?:thoughts|memories|images), weight (?:loss|gain), racing thoughts, pressured speech, compulsions, obsessions, cravings?, self-harm,
    self-injury, urges to (?:cut|drink|use|self-harm), restlessness, muscle tension, palpitations, shortness of breath, dissociati(?:on|ve episodes),
    depersonali[sz]ation, derealization, binge(?:ing| eating| episodes), purging, crying spells, tearfulness, social withdrawal, excessive guilt,
    emotional numbing, avoidance, mood swings, headaches, hypersomnia, anxiety, depression, plan or intent, intent or plan
"""
_SYMPTOM = r"(?<![\w/])" + _any(_SYMPTOM_LIST) + r"(?![\w/-])"
_SYMPTOM_WORDS = """
    depressed, low, mood, anhedonia, loss, insomnia, poor, sleep, sleeping, early, difficulty, trouble, decreased, reduced, increased, diminished, appetite,
    impaired, fatigue, panic, nightmare, nightmares, flashback, flashbacks, hypervigilance, hypervigilant, exaggerated, suicidal, homicidal, si, hi, ah, avh,
    hallucination, hallucinations, delusion, delusions, paranoia, hopelessness, worthlessness, irritability, anxious, psychomotor, excessive, worry,
    rumination, intrusive, weight, racing, pressured, compulsions, obsessions, craving, cravings, self, urges, restlessness, muscle, palpitations, shortness,
    dissociation, dissociative, depersonalization, depersonalisation, derealization, binge, bingeing, purging, crying, tearfulness, social, emotional,
    avoidance, headaches, hypersomnia, anxiety, depression, plan, intent
"""
_EXTENT = (
    r"\b"
    + _any("""
    most (?:days|nights), (?:\\d{1,2}|two|three|four|five|six|several|a few) (?:times|x|nights|days|attacks|episodes|hours), per (?:week|day|night), x ?/ ?(?:week|wk|day), nightly, daily,
    (?:mild|moderate|severe|persistent|chronic|ongoing|recurrent|frequent|intermittent|occasional)(?:ly)?, more days than not, for the past (?:\\w{1,8} )?(?:days?|weeks?|months?),
    in the past (?:\\w{1,8} )?(?:days?|weeks?|months?), past week, past month, this week, since (?:last|the last) (?:session|visit|week|month), nearly every (?:day|night), remains?, x\\d, denied, denies, absent, present, resolved
""")
    + r"\b"
)

_GOOD_BAD = r"\b(?:good|fair|guarded|poor|excellent|favou?rable|unfavou?rable|uncertain|positive|limited)\b"
_KIND = Exclusion

RULES: Final = (
    # results of tests come first: "PHQ-9 14, up from 9 on sertraline 50 mg" is filed as a result
    _rule(_KIND.TEST_RESULTS, _TEST + r"[^\n]{0,60}?" + _RESULT, _TEST_WORDS, firm=True),
    _rule(_KIND.TEST_RESULTS, r"\b(?:scor(?:ed?|es)|total)\b[^\n]{0,40}?(?:\b\d{1,3}\b[^\n]{0,30}" + _TEST
          + r"|\bin the (?:minimal|mild|moderate|moderately|severe|clinical|subclinical|borderline|average) )", "score, scored, scores, total"),
    _rule(_KIND.TEST_RESULTS, r"\b(?:full[ -]scale iq|fsiq|iq)\b[^\n]{0,20}\b\d{2,3}\b|\b(?:drug|urine|tox(?:icology)?|alcohol) screen\w{0,3}\b[^\n]{0,40}\b"
          r"(?:negative|positive|clean)\b|\blab(?:s|oratory)?(?: work| results?| values?)?\b[^\n]{0,30}\b(?:normal|within|elevated|low|show|reviewed|came back)\b|\b(?:lithium|valproate|depakote) levels?\b[^\n]{0,30}\d"
          r"|\b(?:neuropsych\w{0,14}|psychological|cognitive) (?:testing|test|evaluation|assessment)(?: results)?\b[^\n]{0,30}\b(?:show|shows|showed|indicat\w{1,5}|reveal\w{1,4}|results)\b",
          "iq, fsiq, full, drug, urine, tox, toxicology, alcohol, lab, labs, laboratory, lithium, valproate, depakote, neuropsychological, neuropsych, psychological, cognitive"),
    # medication
    _rule(_KIND.MEDICATION, r"^\W{0,3}(?:current )?(?:meds?|medications?|rx|psych meds)\s?(?::|-|–)", "med, meds, medication, medications, rx, current, psych", firm=True),
    _rule(_KIND.MEDICATION, _DRUG + r"[^\n]{0,80}" + _DOSE + "|" + _DOSE + r"[^\n]{0,60}" + _DRUG, _DRUG_WORDS, firm=True),
    _rule(_KIND.MEDICATION, _DRUG + r"[^\n]{0,60}" + _SIG, _DRUG_WORDS),
    _rule(_KIND.MEDICATION, _DRUG + r"[^\n]{0,60}" + _CHANGE + "|" + _CHANGE + r"[^\n]{0,60}" + _DRUG, _DRUG_WORDS),
    _rule(_KIND.MEDICATION, _MED + r"[^\n]{0,60}" + _MED_STATE + "|" + _MED_STATE + r"[^\n]{0,40}" + _MED, _MED_WORDS),
    _rule(_KIND.MEDICATION, r"\b(?:increased?|raised|lowered|reduced|decreased?|titrated|tapered|up|down|started|now|dose)\b[^\n]{0,40}" + _DOSE + "|"
          + _DOSE + r"[^\n]{0,15}" + _SIG, "mg, mcg, milligram, milligrams"),
    # diagnosis
    _rule(_KIND.DIAGNOSIS, r"(?-i:\bF\d{2}\.\d{1,3}\b|\b(?:F[1-9]\d|Z\d{2}\.\d{1,2})\b)|\b(?:icd|dsm)[ -]?(?:10|5|iv|11)", "f, z, icd, dsm", firm=True),
    _rule(_KIND.DIAGNOSIS, r"^\W{0,3}(?:(?:working|current|primary|secondary|provisional|principal) )?(?:diagnos[ie]s|dx|diagnostic impression)\s?(?::|-|–|is|remains|unchanged)",
          "diagnosis, diagnoses, dx, diagnostic, working, current, primary, secondary, provisional, principal", firm=True),
    _rule(_KIND.DIAGNOSIS, r"\b(?:meets?|met|meeting|fulfills?|satisf(?:y|ies)) (?:the |full |all |dsm\S{0,6} )?(?:diagnostic )?criteria\b", "meet, meets, met, meeting, fulfill, fulfills, satisfy, satisfies"),
    _rule(_KIND.DIAGNOSIS, _DX_STATE + r"[^\n]{0,60}" + _DISORDER + "|" + _DISORDER + r"[^\n]{0,40}" + _DX_STATE, _DISORDER_WORDS),
    _rule(_KIND.DIAGNOSIS, r"\b(?:diagnosis|dx) (?:of|remains?|is|was|changed|revised|updated|confirmed|unchanged|deferred)\b", "diagnosis, dx"),
    _rule(_KIND.DIAGNOSIS, r"^\W{0,3}" + _DISORDER + r"[^\n]{0,25}$", _DISORDER_WORDS),
    _rule(_KIND.DIAGNOSIS, r"\b(?:consistent with|suggestive of|rule[ds]? out|r/o|carries|criteria for) (?:\w{1,14} ){0,4}(?:disorder|episode|syndrome|diagnosis)\b", "disorder, episode, syndrome, diagnosis"),
    # prognosis
    _rule(_KIND.PROGNOSIS, r"^\W{0,3}prognosis\b|\bprognosis\b[^\n]{0,50}" + _GOOD_BAD + "|" + _GOOD_BAD + r" prognosis\b", "prognosis"),
    _rule(_KIND.PROGNOSIS, r"\b(?:full |good )?(?:recovery|remission|improvement|relapse|recurrence|deterioration|response) (?:is |seems |appears )?(?:likely|expected|anticipated|unlikely|probable)\b"
          r"|\b(?:expected|anticipated) course\b|\blikely to (?:relapse|respond well|recover|remit|deteriorate|improve)\b|\bexpected to (?:recover|remit|improve|respond|resolve|need)\b|\b(?:expect|anticipate)s? (?:a |an |full |good |slow |gradual |continued |further |complete |steady ){0,3}(?:recovery|improvement|remission|response|relapse|course)\b|\b(?:recovery|relapse|remission|improvement) (?:\w{1,9} ){0,3}(?:expected|anticipated|likely|unlikely)\b|\b(?:outlook|chances?)(?: for| of) (?:recovery|remission|improvement|relapse)\b"
          r"|\brisk of (?:relapse|recurrence) (?:is |remains )?(?:low|moderate|high|elevated)\b|\b(?:long-term )?outlook (?:is |remains )?" + _GOOD_BAD,
          "expect, expects, anticipate, anticipates, recovery, remission, improvement, relapse, recurrence, deterioration, response, expected, anticipated, likely, outlook, chance, chances, risk, full, good"),
    # progress to date
    _rule(_KIND.PROGRESS, r"^\W{0,3}progress(?: to date)?\s?(?::|-|–)", "progress", firm=True),
    _rule(_KIND.PROGRESS, r"\b(?:good|some|steady|minimal|no|limited|slow|significant|moderate|continued|excellent|adequate|little|partial|made|making|makes|measurable|satisfactory|great) progress\b|\bprogress (?:to date|toward|towards|on|in|with|is|has been|remains|noted|since)\b",
          "progress"),
    _rule(_KIND.PROGRESS, r"\bgoals? ?(?:#? ?\d(?:\.\d)?|one|two|three)?\)?:? ?(?:is |was |are |has been |have been |now )?(?:partially |not yet |mostly |fully |largely |nearly )?(?:met|achieved|attained|completed|reached|in progress|ongoing)\b", "goal, goals"),
    _rule(_KIND.PROGRESS, r"\b(?:symptoms?|mood|sleep|anxiety|depression|functioning|panic|panic attacks|concentration|energy|irritability|attendance|nightmares|avoidance|appetite|drinking)\b[^\n]{0,20}\b(?:ha(?:s|ve) )?(?:been )?(?:improv(?:ed|ing)|decreas(?:ed|ing)|worsen(?:ed|ing)|reduced|remitted|lessened|increased|resolved|declined|stabili[sz]ed|deteriorated)\b",
          "symptom, symptoms, mood, sleep, anxiety, depression, functioning, panic, concentration, energy, irritability, attendance, nightmares, avoidance, appetite, drinking"),
    _rule(_KIND.PROGRESS, r"\b(?:marked|some|slight|significant|notable|clear|moderate|modest|substantial|overall|steady|continued|no|further|clinical|partial|sustained)\b[ ,](?:\w{1,12} )?(?:improvement|reduction|decrease|deterioration|worsening|gains|decline)\b"
          r"|\b(?:improvement|reduction|decrease|gains) (?:in|of|since|noted|maintained)\b|\b(?:improv(?:ed|ing)|worsened|better|worse|responded|responding)\b[^\n]{0,40}\b(?:since (?:intake|last|the last|starting|beginning|admission|\w{3,9})|from baseline|compared (?:to|with)|to treatment)\b",
          "improvement, reduction, decrease, deterioration, worsening, gains, decline, improved, improving, worsened, better, worse, responded, responding"),
    _rule(_KIND.PROGRESS, r"\b(?:less|fewer|more|better|worse)\b[^\n]{0,40}\bthan (?:at (?:intake|the start|admission|baseline|our first)|(?:in|last|a|one|two|three|six) (?:\w{1,9} )?(?:months?|weeks?|quarter|january|spring|summer|autumn|fall|winter)|when (?:treatment|therapy) (?:began|started))"
          r"|\b(?:little|no|some) (?:clinical )?change (?:since|from|in (?:symptoms?|mood|sleep|anxiety|functioning))|\b(?:reduced|decreased|dropped|down|fell|increased|improved|went)\b[^\n]{0,30}\bfrom (?:\d{1,3}|two|three|four|five|six|seven|daily|weekly|nightly|most)\b[^\n]{0,25}\bto\b",
          "less, fewer, more, better, worse, change, reduced, decreased, dropped, down, fell, increased, improved, went"),
    # treatment plan, interventions, homework
    _rule(_KIND.TREATMENT_PLAN, r"^\W{0,3}(?:plan|tx plan|treatment plan|goals?(?: ?\d(?:\.\d)?)?|objectives?(?: ?\d(?:\.\d)?)?|homework|hw|interventions?(?: used)?|next (?:session|appointment|appt)|safety plan|referrals?|follow[ -]?up)\s?(?::|–|- )",
          "plan, tx, treatment, goal, goals, objective, objectives, homework, hw, intervention, interventions, next, safety, referral, referrals, follow, followup", firm=True),
    _rule(_KIND.TREATMENT_PLAN, r"\b(?:treatment|tx|care|safety|crisis|relapse[ -]prevention|discharge) plan\b[^\n]{0,60}\b(?:review\w{0,3}|updat\w{1,3}|complet\w{1,4}|revis\w{1,3}|in place|unchanged|continu\w{1,3}|includ\w{1,3}|signed|remains?|created|developed|amended|agreed|calls|focus\w{0,4}|goals?|is)\b"
          r"|\b(?:review|update|complete|revise|develop|create|follow|continue)(?:e?d|ing)? (?:\w{1,9} ){0,2}(?:treatment|tx|safety|crisis|discharge) plan\b", "treatment, tx, care, safety, crisis, relapse, discharge"),
    _rule(_KIND.TREATMENT_PLAN, r"\b(?:assigned|agreed|given|gave|completed|complete|reviewed|review|set|new|did)\b[^\n]{0,25}\bhomework\b|\bhomework\b[^\n]{0,25}\b(?:is|was|assigned|reviewed|completed|given|to|not done|done|set)\b", "homework"),
    _rule(_KIND.TREATMENT_PLAN, r"\b(?:continue|continuing|begin|start|resume|maintain|increase|reduce|introduce)\b (?:with |the |current |to use |using |using the )?(?:\w{1,12} ){0,2}?(?:weekly|biweekly|monthly|sessions?|therapy|treatment|cbt|dbt|emdr|exposure|exposures|skills?|protocol|breathing|monitoring|log|mindfulness|relaxation|behaviou?ral activation|cognitive restructuring|thought records?|hierarchy|intervention|interventions|medication)\b",
          "continue, continuing, begin, start, resume, maintain, increase, reduce, introduce"),
    _rule(_KIND.TREATMENT_PLAN, r"\b(?:short[ -]term|long[ -]term|treatment|therapy) (?:goals?|objectives?)\b|\bgoals? (?:of|for) (?:treatment|therapy)\b|\b(?:goal|objective) ?#? ?\d|\bexposure hierarchy\b|\bnext step (?:of|on|in) the (?:hierarchy|plan|protocol)\b",
          "short, long, treatment, therapy, goal, goals, objective, exposure, next"),
    _rule(_KIND.TREATMENT_PLAN, r"\b(?:refer(?:red|ral|ring)?|refer (?:him|her|them|client|patient|pt)) (?:was |placed |made |sent )?(?:him |her |them |client |patient |pt |the client |the patient )?(?:to|for)\b|\breferral (?:made|sent|placed|given|to)\b|\bcoordinat(?:e|ed|ing|ion)(?: of)? (?:care )?with\b", "refer, referred, referral, referring, coordinate, coordinated, coordinating, coordination"),
    _rule(_KIND.TREATMENT_PLAN, r"\b(?:follow[ -]?up|return|rtc|reassess|re-?evaluate|review)\b[^\n]{0,25}\b(?:in|within|after|at) (?:\d{1,2}|one|two|three|four|six|the next|next)\b[^\n]{0,12}\b(?:days?|weeks?|months?|session|visit|appointment)\b|\bnext (?:appointment|appt|session) (?:is |scheduled |set |on |booked )(?:for |on )?",
          "follow, followup, return, rtc, reassess, reevaluate, re, review, next"),
    _rule(_KIND.TREATMENT_PLAN, r"\b(?:provided|used|utilized|practi[cs]ed|taught|introduced|modeled|employed|applied|conducted|completed|delivered|implemented|did|ran|walked through|guided|rehearsed|led)\b[^\n]{0,30}\b"
          + _any("""psycho-?education, cognitive restructuring, grounding(?: exercises?| techniques?| skills?)?, diaphragmatic breathing, breathing exercises?, box breathing, progressive muscle relaxation,
          thought records?, exposures?, imaginal exposure, in vivo exposure, role[ -]play\\w{0,3}, motivational interviewing, behaviou?ral activation, mindfulness(?: exercises?| skills?)?, chain analysis, distress tolerance(?: skills?)?,
          emotion regulation(?: skills?)?, socratic questioning, problem[ -]solving, relaxation(?: training)?, coping skills?, interpersonal effectiveness(?: skills?)?, bilateral stimulation, emdr, sleep hygiene, communication skills, skills training, dear man, tipp skills?, body scan, safety planning, diary card""") + r"\b",
          "provided, used, utilized, practiced, practised, taught, introduced, modeled, employed, applied, conducted, completed, delivered, implemented, did, ran, walked, guided, rehearsed, led"),
    _rule(_KIND.TREATMENT_PLAN, r"\b(?:will|to|is to|agreed to|plans to|asked to) (?:continue to |keep |complete |practi[cs]e |track |use |log |record |fill (?:in|out) |do |try |attempt |bring |schedule |begin |start |introduce |add |teach |move to |use )(?:\w{1,14} ){0,2}?(?:thought (?:record|log|diary)|(?:sleep|mood|worry|food|activity|anxiety|thought) (?:diary|log|journal|record|chart)|diary cards?|breathing|grounding|relaxation|exposures?|skills?|worksheets?|coping|mindfulness|homework|behaviou?ral activation|walks? (?:daily|\w{1,6} times)|activity schedul\w{1,4}|psychiatr\w{1,4}|aa meetings?)\b",
          "will, to"),
    _rule(_KIND.TREATMENT_PLAN, r"\b(?:the )?plan (?:is|remains|for now is|going forward is)(?: now| still)? to (?:continue|increase|start|begin|add|introduce|taper|work|refer|meet|move|use|reduce|review|monitor|focus|address|target|teach|complete|practi[cs]e)\b"
          r"|\b(?:treatment|therapy|sessions|work)(?: will)? (?:focus\w{0,4}|address\w{0,2}|target\w{0,3})(?: will)?(?: on| be)?\b|\b(?:focus|target|aims?) of (?:treatment|therapy)\b|\b(?:agreed|contracted) (?:on|upon|to) (?:a |the |new )?(?:\w{1,9} )?(?:goals?|safety plan|treatment|objectives?|homework|no-harm)\b|\bwill (?:begin|start|introduce|continue|resume|add|schedule|refer|transition|taper|increase|coordinate|reassess|re-administer)\b[^\n]{0,50}\b(?:exposures?|emdr|cbt|dbt|skills?|therapy|treatment|sessions?|weekly|protocol|module|hierarchy|psychiatr\w{1,4}|group|referral|plan|mindfulness|breathing|training)\b",
          "plan, treatment, therapy, sessions, work, focus, target, aim, aims, agreed, contracted, will"),
    # session times
    _rule(_KIND.SESSION_TIMES, _HOUR + _TO + _CLOCK + "|" + _CLOCK + _TO + _HOUR + r"|\b\d{1,2}\s?(?:[ap]\.?m\.?)?" + _TO + r"\d{1,2}(?::\d{2})?\s?[ap]\.?m\b", "am, pm, a, p, to, until, till, through, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"),
    _rule(_KIND.SESSION_TIMES, r"\b(?:session|appointment|meeting|hour|group|intake|visit|we)\b[^\n]{0,20}\b(?:began|started|start(?:s|ed)?|ended|ends?|finished|stopped|concluded|ran|resumed)\b[^\n]{0,15}(?:" + _CLOCK + r"|\b\d{1,2}\s?[ap]\.?m\b)"
          r"|\b(?:start(?:ed)?|stop(?:ped)?|end(?:ed)?|began|finish(?:ed)?|time in|time out|in|out)(?: time)?(?: at|:| =)? ?" + _CLOCK, "start, started, starts, stop, stopped, end, ends, ended, began, finish, finished, time, in, out, concluded, ran, resumed"),
    _rule(_KIND.SESSION_TIMES, _MINUTES + r"[^\n]{0,25}" + _SESSION + r"|\b(?:session|appointment|visit|duration|length|total time|time spent|face[ -]to[ -]face time|met|seen|encounter)\b[^\n]{0,30}" + _MINUTES, "min, mins, minute, minutes"),
    # modality and frequency
    _rule(_KIND.MODALITY_FREQUENCY, r"\bcpt(?: code)?:? ?\d{5}\b|\b(?:9079[12]|9083[2-9]|9084[05679]|90853|90785|9613[0-9]|96127)\b", "cpt, 9", firm=True),
    _rule(_KIND.MODALITY_FREQUENCY, r"^\W{0,3}(?:modality|frequency|format|type of (?:session|service)|service)\s?(?::|–)", "modality, frequency, format, type, service", firm=True),
    _rule(_KIND.MODALITY_FREQUENCY, _TREATMENT + r"[^\n]{0,40}" + _HOW_OFTEN + "|" + _HOW_OFTEN + r"[^\n]{0,30}" + _TREATMENT + r"|\b(?:meets?|meeting|met|attends?|attending)(?: \w{1,9}){0,2} " + _HOW_OFTEN,
          "session, sessions, therapy, psychotherapy, treatment, counseling, counselling, appointment, appointments, seen, visit, visits, meet, meets, meeting, met, attend, attends, attending"),
    _rule(_KIND.MODALITY_FREQUENCY, _FORMAT + r" (?:and \w{1,12} )?(?:psychotherapy|therapy session|therapy|counseling|session|visit|appointment)\b[^\n]{0,40}(?:[,.]|\b(?:today|held|conducted|via|over|by|with|provided|from|in|on|number|\d))|\b(?:session|seen|visit|appointment|therapy)\b[^\n]{0,30}\b(?:via|by|over|through|conducted|held|delivered) (?:secure |a )?(?:video|telehealth|telephone|phone|zoom|in[ -]person|audio)",
          "individual, couple, couples, conjoint, joint, family, group, telehealth, teletherapy, video, telephone, phone, in, audio, face, session, seen, visit, appointment, therapy"),
    _rule(_KIND.MODALITY_FREQUENCY, _SCHOOL + r"[^\n]{0,40}\b(?:sessions?|weekly|biweekly|treatment|protocol|used|delivered|provided|continued|continues|today|modality|approach|module|phase)\b|\b(?:provided|delivered|received|receiving|treated with|treatment with|continues with|continues in|course of|using|used)\b[^\n]{0,20}" + _SCHOOL,
          "cbt, dbt, emdr, ifs, mbct, mbsr, erp, cpt, ipt, sfbt, motivational, exposure, prolonged, cognitive, dialectical, acceptance, psychodynamic, supportive, interpersonal, play, behavioral, behavioural"),
    # functional status
    _rule(_KIND.FUNCTIONAL_STATUS, r"\bgaf\b[^\n]{0,12}\d|\badls?\b|\biadls?\b|\bactivities of daily living\b|\b(?:occupational|social|academic|work|global|daily|adaptive|role|interpersonal|family|psychosocial|overall|school|vocational|current|cognitive|baseline) functioning\b"
          r"|\bfunctioning (?:is |was |remains |at |in |has )?(?:well|adequate\w{0,2}|independent\w{0,2}|at|stable|intact|impaired|poor\w{0,2}|good|improved|declined|fair\w{0,2}|reduced)\b|\bfunctional (?:status|impairment|level|capacity|limitations?)\b",
          "gaf, adl, adls, iadl, iadls, activities, functioning, functional"),
    _rule(_KIND.FUNCTIONAL_STATUS, r"\bimpair(?:ed|ment|s)\b[^\n]{0,25}\b(?:in|at|of|with|by|social\w{0,2}|occupational\w{0,2}|work|school|home|relationships)\b|\b(?:mild|moderate|severe|significant|marked|no|minimal) (?:\w{1,13} )?impairment\b",
          "impaired, impairment, impairs"),
    _rule(_KIND.FUNCTIONAL_STATUS, r"\b(?:missed|missing|absent|lost) (?:\w{1,9} ){0,3}(?:days?|shifts?|classes|weeks?) (?:of |at |from )?(?:work|school|class)?|\b(?:unable|able|not able|cannot|struggles|continues) to (?:work|attend (?:work|school|class\w{0,2})|perform|maintain (?:employment|hygiene|a household|her household|his household|self-care)|complete (?:daily|household|basic|work|self)|care for (?:him|her|them)sel\w{1,3}|manage (?:household|daily|finances|self-care|basic|work)|leave the house|get out of bed|live independently|drive)\b"
          r"|\b(?:self-care|hygiene|grooming)\b[^\n]{0,25}\b(?:intact|poor|declin\w{1,3}|neglected|adequate|maintained|independent|limited|good|fair|impaired)\b|\b(?:returned|returning|back) to (?:work|school|full[ -]time|part[ -]time)\b[^\n]{0,30}\b(?:full|part|duty|hours|schedule|capacity|days)\b|\b(?:works?|working|employed|attends?|attending) (?:full|part)[ -]time\b|\b(?:independent|independently) (?:in|with) (?:all |most |basic |self)|\bon (?:medical|disability|fmla|sick|short[ -]term disability) leave\b|\b(?:back at|able to hold|holding down|maintaining) (?:work|employment|a job|school|a full|full|part)\b|\battend(?:s|ing)? (?:all |most |her |his |their )?(?:classes|school|work)\b[^\n]{0,20}(?:regular\w{0,2}|daily|consistent\w{0,2}|full)|\bmanag(?:es|ing) (?:the |her |his |their )?(?:household|finances|daily (?:tasks|routine|activities)|self-care|childcare)\b|\bperforms? (?:adequately|well|poorly) (?:at|in)\b",
          "missed, missing, absent, lost, unable, able, cannot, struggles, continues, self, hygiene, grooming, returned, returning, back, work, works, working, employed, attends, attend, attending, holding, hold, maintaining, manages, managing, independent, independently, on, perform, performs"),
    # symptoms and mental status
    _rule(_KIND.SYMPTOMS, r"^\W{0,3}(?:mse|mental status(?: exam\w{0,7})?|symptoms?|risk(?: assessment)?|si/hi|c-?ssrs)\s?(?::|–)", "mse, mental, symptom, symptoms, risk, si, c, cssrs", firm=True),
    _rule(_KIND.SYMPTOMS, r"\baffect(?: was| is| remains| appeared)? (?:\w{1,12},? )?(?:flat|blunted|constricted|congruent|full|labile|euthymic|restricted|dysphoric|appropriate|bright|reactive|anxious|tearful|mood[ -]congruent)\b|\b(?:flat|blunted|constricted|restricted|labile|congruent|full[ -]range|euthymic|reactive) (?:mood|affect)\b|\bmood(?: was| is| remains)?:? (?:euthymic|dysphoric|depressed|anxious|irritable|elevated|stable)\b"
          r"|\b(?:alert and )?oriented (?:x ?[34]|times (?:three|four)|to (?:person|time|place|all))|\ba ?& ?o ?x ?[34]\b|\bthought (?:process|content|processes)\b[^\n]{0,20}\b(?:linear|logical|goal|tangential|organi[sz]ed|circumstantial|within|unremarkable|coherent|disorgani[sz]ed)|\b(?:insight|judge?ment)(?: and (?:insight|judge?ment))?(?: is| are| was| were| remains?)? (?:good|fair|poor|limited|intact|impaired|partial)\b|\bspeech(?: was| is)? (?:normal|pressured|slow|soft|rapid|clear|of normal|within)\b|\beye contact(?: was| is)? (?:good|fair|poor|appropriate|avoidant|minimal|limited)\b|\b(?:well|poorly|casually|neatly|appropriately)[ -](?:groomed|dressed)\b|\bpsychomotor (?:agitation|retardation|slowing|activity)\b|\b(?:no|without) (?:evidence of )?(?:psychosis|psychotic symptoms|hallucinations|delusions)\b|\bmemory (?:is |was |grossly )?intact\b",
          "affect, flat, blunted, constricted, restricted, labile, congruent, full, euthymic, reactive, mood, oriented, a, thought, insight, judgment, judgement, speech, eye, well, poorly, casually, neatly, appropriately, psychomotor, psychosis, psychotic, hallucinations, delusions, memory"),
    _rule(_KIND.SYMPTOMS, r"\b(?:no|denies|denied|denying|without|passive|active|current|negative for)\b[^\n]{0,25}\b(?:si|hi|si/hi|suicidal(?:ity)?|homicidal|self-harm|suicidal ideation|ah/vh|avh|safety concerns|risk)\b(?! of being)|\b(?:si|hi|si/hi|avh)\b[^\n]{0,12}\b(?:denied|absent|none|negative|present|passive)\b|\b(?:low|moderate|high|acute|elevated|imminent|no (?:acute|imminent)) (?:\w{1,9} )?(?:suicide |safety )?risk (?:for|of|at|to)\b|\brisk (?:level|assessed|is|remains|assessed as|was)(?: as| assessed as)? (?:low|moderate|high|elevated|minimal)\b",
          "si, hi, suicidal, suicidality, homicidal, self, ah, avh, safety, risk"),
    _rule(_KIND.SYMPTOMS, r"\b(?:reports?|reported|reporting|endorses?|endorsed|endorsing|denies|denied|denying|presents? with|presented with|presenting|experienc(?:es|ed|ing)|complain(?:s|ed) of|exhibit(?:s|ed)|symptoms? (?:of|include\w{0,1}|are|consist\w{0,3})|continues to (?:have|experience|report)|positive for|negative for|admits to)\b[^\n]{0,70}?" + _SYMPTOM, _SYMPTOM_WORDS),
    _rule(_KIND.SYMPTOMS, r"\b(?:reports?|reported|endorses?|endorsed|denies|denied|complain(?:s|ed) of|presents?(?:ed)? (?:as|with)|appear(?:s|ed)|continues to)\b[^\n]{0,40}\b(?:hopeless|worthless|irritable|tearful|exhausted|depressed|anxious|on edge|numb|fatigued|restless|agitated|loss of appetite|no appetite|low motivation|no energy|trouble sleeping|(?:difficulty|trouble) (?:with )?(?:sleep|focus|memory)\w{0,3}|suicidal|disoriented|lethargic|dysphoric|hypomanic|manic|paranoid|distressed)\b",
          "hopeless, worthless, irritable, tearful, exhausted, depressed, anxious, on, numb, fatigued, restless, agitated, loss, no, low, trouble, difficulty, suicidal, disoriented, lethargic, dysphoric, hypomanic, manic, paranoid, distressed"),
    _rule(_KIND.SYMPTOMS, _SYMPTOM + r"[^\n]{0,12}(?:,|;|/| and | with | or )[^\n]{0,20}?" + _SYMPTOM, _SYMPTOM_WORDS),
    _rule(_KIND.SYMPTOMS, _SYMPTOM + r"[^\n]{0,30}?" + _EXTENT + "|" + _EXTENT + r"[^\n]{0,20}?" + _SYMPTOM, _SYMPTOM_WORDS),
    _rule(_KIND.SYMPTOMS, r"\b(?:sleep(?:s|ing)?|slept)\b[^\n]{0,20}\b(?:\d|three|four|five|six|seven)\b[^\n]{0,14}\b(?:hours?|hrs?|h)\b|\b(?:\d|two|three|four|five|several) (?:panic attacks?|nightmares?|flashbacks?|binge\w{0,3}(?: episodes)?|episodes of)\b|\b(?:symptoms?)\b[^\n]{0,20}\b(?:persist|persistent|stable|unchanged|present|absent|remain|include|consistent)\w{0,2}\b",
          "sleep, sleeps, sleeping, slept, panic, nightmare, nightmares, flashback, flashbacks, binge, bingeing, binges, episodes, symptom, symptoms"),
)  # fmt: skip

# What makes a sentence conversation, impression or question rather than a summary. `NEVER` speaks against every rule,
# `TOLD` against those that are not firm.
NEVER: Final = re.compile(
    r"\?|[“\"][^”\"\n]{0,300}[”\"]|\b(?:as if|as though|like a|like an|wonder\w{0,3}|hypothes[ie]\w{0,4}|hunch|fantas\w{1,6}|dream(?:s|t|ed|ing)?|"
    r"imagin\w{1,4}|metaphor\w{0,5}|countertransference|transference|joke[ds]?|joking|my own|i felt|i feel|i found myself|i noticed|i caught|"
    r"i wanted|i want to (?:ask|explore|understand|know)|curious|made me|reminded me|reminds me|what it means|what this means|the meaning of|"
    r"explore (?:whether|why|what|how)|ask (?:him|her|them|whether|what|why|how)|perhaps|maybe|i suspect|my sense|my impression|seemed to me|seems to me)\b",
    re.IGNORECASE,
)
TOLD: Final = re.compile(
    r"\b(?:said|says|saying|told|tells|telling|talk(?:ed|s|ing)? (?:about|of|at)|we talked|spoke|speaks|speaking of|story|stories|describ(?:ed|es|ing) (?:how|his|her|their|the|a|being|it|what)|recall(?:ed|s|ing)?|"
    r"remember(?:ed|s|ing)?|mention(?:ed|s|ing)?|admit(?:ted|s) that|confess\w{0,3}|insist(?:ed|s)|laugh(?:ed|s|ing)?|cried|wept|whispered|shouted|argu(?:ed|es|ing)|afraid|fears?(?: of| that)?|feared|fearing|"
    r"scared|ashamed|shame|terrified|hates?|hated|resent\w{0,4}|angry|anger|furious|jealous|hurt|betray\w{0,4}|humiliat\w{0,4}|wish(?:es|ed)?|hop(?:es|ed|ing)|believ(?:es|ed)|thinks|thought (?:that|of|about|he|she|they|it|i)|feels? (?:that|like|he|she|they)|"
    r"felt (?:that|like|he|she|they)|worr(?:ies|ied|ying) (?:that|about)|compar(?:ed|es|ing) (?:it|his|her|the|me|us|himself|herself)|call(?:s|ed) (?:it|the|his|her|himself|herself|me)|refus(?:es|ed)|"
    r"whether|why|because|the way (?:he|she|they)|when (?:i|we|he|she|they|his|her|my)|as (?:i|he|she|they|we) (?:\w{1,12})|silence|silent|tears|tone|voice|(?<!to )(?<!to-)face(?![ -]to)|eyes|looked|look on|pause[ds]?|"
    r"i think|i would|i am|i was|i'm|i've|me|my|myself|mine|childhood|grew up|as a (?:child|boy|girl|teenager|kid)|years ago|proof|punish\w{0,5}|secret\w{0,2}|love[ds]?|lonel\w{1,5})\b",
    re.IGNORECASE,
)
SOMEBODY_ELSE: Final = re.compile(
    r"\b(?:his|her|their|the|an?|my)\s(?:(?:late|older|younger|ex|little|big|best|former|new|old)[ -])?(?:mother|father|mom|mum|dad|parents?|brother|sister|wife|husband|partner|boyfriend|girlfriend|son|daughter|child|children|kids|friends?|"
    r"boss|manager|aunt|uncle|cousin|grandmother|grandfather|roommate|colleague|coworker|neighbou?r|ex)(?:[’']s)?\b|\b(?:mother|father|mom|dad)[’']s\b",
    re.IGNORECASE,
)
ABOUT_ONE_PERSON: Final = frozenset(
    {
        _KIND.MEDICATION,
        _KIND.DIAGNOSIS,
        _KIND.SYMPTOMS,
        _KIND.FUNCTIONAL_STATUS,
        _KIND.PROGNOSIS,
        _KIND.PROGRESS,
    }
)
