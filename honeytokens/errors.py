"""The one tree of errors. Every error says what is wrong and what the operator can do about it.

An error is printed as one line, without a traceback; it never carries a secret, a decoy's identity or a patient's.
"""


class HoneytokensError(Exception):
    """Something was refused or failed.

    ``problem`` says what is wrong, ``remedy`` what to do next; both are full phrases without a final full stop.
    """

    exit_code = 3

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.problem}. {self.remedy}."


class HomeError(HoneytokensError):
    """The home directory is missing, foreign, incomplete, or cannot be written."""


class KeyringError(HoneytokensError):
    """The keyring cannot be opened: wrong passphrase, damaged, unsafe file mode, unknown version."""


class RegistryError(HoneytokensError):
    """The registry cannot be used: locked, damaged, of another version, or its disk is full."""


class ManifestError(HoneytokensError):
    """A campaign's manifest is damaged, was made with another keyring, or contradicts the registry."""


class UnknownNameError(HoneytokensError):
    """A name that the operator gave is not in the registry, or is there already."""


class SystemUnreachableError(HoneytokensError):
    """A hospital system does not answer, or refuses the account."""


class MappingError(HoneytokensError):
    """A mapping file is wrong, or does not fit the live schema."""


class PlanRefusedError(HoneytokensError):
    """A plan cannot be made: not enough room, not enough distinct decoys, a policy forbids it."""


class PlanFileError(HoneytokensError):
    """A saved plan is damaged, expired, or no longer what was shown; nothing of it is written."""


class PlantingError(HoneytokensError):
    """A write to a hospital system failed; what was written is journalled and can be resumed or undone."""


class KeyTakenError(PlantingError):
    """Another writer took a primary key between its reservation and the write; reserve anew and try again."""


class IdentifierTakenError(PlantingError):
    """A patient of the host has a unique identifier of a decoy by now: that decoy can never be planted."""


class SaltRefusedError(HoneytokensError):
    """An extract cannot be salted: its form is not known, or rows mixed in would stand out."""


class FreezeError(HoneytokensError):
    """Logs and tables cannot be frozen: the list of sources is wrong, or the place for them cannot be written."""


class EvidenceError(HoneytokensError):
    """A bundle of an evidence log, a checkpoint or a public key is damaged, or not of that log."""


class AskedTooOftenError(HoneytokensError):
    """More questions than a limit allows; none of these was answered."""


class ScanError(HoneytokensError):
    """A scan cannot start at all (single unreadable files are reported in the result instead)."""


class OutputError(HoneytokensError):
    """A file cannot be written: it exists, its disk is full, its folder is missing."""


class DocumentError(HoneytokensError):
    """A file is no scan document of ours, is damaged, or was made by a newer version."""


class ProfileError(HoneytokensError):
    """A host's profile cannot be learnt, kept or read."""


class RealismError(HoneytokensError):
    """Decoys cannot be attacked, or can be told from the host's patients and are not planted."""
