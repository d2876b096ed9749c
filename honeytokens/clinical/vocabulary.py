"""What stories name: the words and codes of diagnoses, drugs and allergies."""

from __future__ import annotations

from collections.abc import Mapping

from honeytokens.clinical.conditions import clinic
from honeytokens.model import StoryField


def vocabulary(language: str) -> Mapping[StoryField, Mapping[str, str]]:
    """Return all diagnoses, drugs and allergies of stories in a language, by each way in which they are written.

    A diagnosis is its ICD-10 code, a drug its ATC code, which its name stands for too, an allergy its substance.
    """
    table = clinic(french=language == "fr")
    drugs = {drug.name: drug.atc for drug in table.drugs}
    return {
        StoryField.DIAGNOSIS: {condition.icd10: condition.icd10 for condition in table.conditions},
        StoryField.DRUG: drugs | {atc: atc for atc in drugs.values()},
        StoryField.ALLERGY: {substance: substance for substance in table.substances},
    }
